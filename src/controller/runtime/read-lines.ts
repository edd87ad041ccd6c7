/**
 * Lines of a stream. A watch is one JSON document a line, and a chunk may end anywhere, also within a character.
 * @module
 */
export const readLines = async function* (stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // A large object comes in many chunks: they are joined once, when its line is complete.
  let parts: string[] = [];
  for await (const chunk of stream) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const line = parts.join('') + piece;
      parts = [];
      if (line.trim() !== '') yield line;
    }
    parts.push(rest);
  }
  // What follows the last line break is half a document: the connection broke there.
};
