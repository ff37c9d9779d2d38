import { expect, test } from "bun:test";
import fc from "fast-check";
import { createMultipartReader } from "../../../plugins/coverage/reading/multipart";

test("fields are read as they were written, wherever the form is cut", async () => {
  const content = fc.oneof(
    fc.string(),
    fc.constantFrom("\r\n--", "\r", "--x", "\r\n--x", "\r\n\r\n"),
    fc.string({ unit: "binary" }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: "binary" }), content)),
      fc.integer({ min: 1, max: 40 }),
      async (all, cut) => {
        const form = new FormData();
        // Browsers, and what stands in for them, write every line break in a name or a text as CRLF.
        const fields = all.map(([name, text]) => [name.replaceAll(/[\r\n]/g, "_"), text] as const);
        for (const [name, text] of fields) form.append(name, new Blob([text]));
        const sent = new Response(form);
        const contentType = sent.headers.get("content-type") ?? "";
        const bytes = await sent.bytes();
        const read: [string, string][] = [];
        let pieces: Uint8Array[] = [];
        let field = "";
        const reader = createMultipartReader(
          {
            beginField(name) {
              field = Buffer.from(name ?? []).toString();
              pieces = [];
            },
            fieldText: (piece, start, end) => void pieces.push(piece.slice(start, end)),
            endField: () => void read.push([field, Buffer.concat(pieces).toString()]),
          },
          contentType,
        );
        for (let at = 0; at < bytes.length; at += cut) reader.take(bytes.subarray(at, at + cut));
        if (fields.length > 0) reader.end();
        expect(read).toEqual(fields.map(([name, text]) => [name.toWellFormed(), text.toWellFormed()]));
      },
    ),
  );
});
