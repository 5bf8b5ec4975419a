import { useRoute } from "../../app/route.ts";
import { DropZone } from "./adding/DropZone.tsx";
import { Library } from "./library/Library.tsx";
import { Recorder } from "./recorder/Recorder.tsx";
import { TranscriptPage } from "./transcript/TranscriptPage.tsx";

/** The library, one transcript of it, or the recorder. Files can be dropped on each. */
export function Recordings() {
  const { id, at } = useRoute();
  return (
    <DropZone>
      {id !== null ? <TranscriptPage key={id} id={id} /> : at["part"] === "record" ? <Recorder /> : <Library />}
    </DropZone>
  );
}
