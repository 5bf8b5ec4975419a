/** How a verdict looks. */
export const verdictMeaning = { allow: "good", ask: "attention", deny: "refused" } as const;
