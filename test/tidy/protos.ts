/** What a .proto of ours must not contain, each as `line: text`. */
export function forbiddenTypes(source: string): string[] {
  return source.split("\n").flatMap((line, index) => {
    const [code = ""] = line.split("//");
    const bad =
      /^\s*(?:repeated |optional )?(?:float|double)\s|\bmap\s*<|google\.protobuf\.Timestamp/;
    return bad.test(code) ? [`${index + 1}: ${line.trim()}`] : [];
  });
}
