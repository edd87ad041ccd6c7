/**
 * Lines of a stream. A watch is one JSON document a line, and a chunk may end anywhere, also within a character.
 * @module
 */
export const readLines = async function* (stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  // What follows the last line break is half a document: the connection broke there.
};
