/**
 * A duration for people: "0.4 seconds", "12 seconds", "3 minutes 5 seconds".
 * @param {number} milliseconds
 */
export function durationInWords(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} seconds`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} seconds`;
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  const inMinutes = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  if (rest === 0) return inMinutes;
  return `${inMinutes} ${rest === 1 ? "1 second" : `${rest} seconds`}`;
}

/**
 * A size for people, decimal units: "960 kB", "148 MB", "1.2 GB".
 * @param {number} bytes
 */
export function bytesInWords(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 9_950_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  if (bytes < 999_500_000) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
