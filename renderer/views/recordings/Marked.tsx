import { Fragment } from "react";
import { markHits } from "./transcript/segment-search.ts";

/** A text in which what was searched for is marked. */
export function Marked({
  text,
  query,
  mode,
}: {
  readonly text: string;
  readonly query: string;
  readonly mode: "whole" | "words";
}) {
  return markHits(text, query, mode).map((piece, index) => (
    // Pieces have no identity but their place.
    <Fragment key={index}>{piece.hit ? <mark>{piece.text}</mark> : piece.text}</Fragment>
  ));
}
