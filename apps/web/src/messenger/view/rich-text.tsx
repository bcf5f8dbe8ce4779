import { type ReactNode, useMemo } from "react";
import { cleanText } from "../model/clean-text.ts";
import { segmentsOf } from "../model/links.ts";
import { useDesk } from "./desk-context.tsx";

/** What somebody has written: text nodes, and links that lead where they say. */
export function RichText({ text }: { readonly text: string }): ReactNode {
  const { go, texts } = useDesk();
  const segments = useMemo(() => segmentsOf(cleanText(text)), [text]);
  return (
    <bdi dir="auto" className="rich-text">
      {segments.map((segment, at) => {
        const key = `${at}`;
        switch (segment.kind) {
          case "text":
            return <span key={key}>{segment.text}</span>;
          case "link":
            return (
              <span key={key}>
                <a href={segment.href} target="_blank" rel="noopener noreferrer nofollow">
                  {segment.text}
                </a>
                {segment.realHost !== undefined && (
                  <span className="real-host"> ({texts.talk.encodedHost(segment.realHost)})</span>
                )}
              </span>
            );
          default:
            return (
              <a
                key={key}
                href={`#/with/${encodeURIComponent(segment.address)}`}
                onClick={(event) => {
                  event.preventDefault();
                  go({ view: "talk", address: segment.address });
                }}
              >
                {segment.text}
              </a>
            );
        }
      })}
    </bdi>
  );
}
