import { join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "../../..");

/** What the type checker says of changed sources (text by path), each in the place of its build, whose types lie there. */
export function typeFaults(sources: ReadonlyMap<string, string>): string[] {
  const changed = new Map([...sources].map(([file, text]) => [join(root, "dist", file), text]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => changed.has(file) || fileExists(file);
  host.readFile = (file) => changed.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = changed.get(file);
    return text === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...changed.keys()], options, host);
  return [...changed.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = [
      ...program.getOptionsDiagnostics(),
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  });
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (file) =>
    ts.sys.readFile(file),
  ) as { config: { compilerOptions: Record<string, unknown> } };
  const typeRoots = [join(root, "node_modules/@types")];
  const { compilerOptions: own } = config;
  // Nothing is written, and nothing is known from before.
  for (const name of ["tsBuildInfoFile", "rootDir", "outDir"]) Reflect.deleteProperty(own, name);
  const { options } = ts.convertCompilerOptionsFromJson(own, root);
  return { ...options, typeRoots, noEmit: true, incremental: false };
}

/** The error of a patch that no longer fits the code around it: such a run ends, but nothing has found the bug. */
export function brokenCode(said: string): string | undefined {
  return /\b(?:Type|Reference|Syntax)Error\b[^\n]*/.exec(said)?.[0].slice(0, 200);
}
