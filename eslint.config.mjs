// The determinism rules of docs/STYLE.md 6 and the import directions of docs/STYLE.md 3.
// In a flat config a later block that names a rule REPLACES its whole option list: each list below is
// built once, and a narrower block spreads it and adds or takes away.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import importX from "eslint-plugin-import-x";
import regexp from "eslint-plugin-regexp";
import tseslint from "typescript-eslint";
import { noStringOrder } from "./test/tidy/noStringOrder.mjs";

const deterministic = ["core/**/*.ts", "modules/**/*.ts", "app/tx/**/*.ts"];

const restrictedGlobals = [
  ...["Date", "performance", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
  ...["fetch", "process", "console", "crypto", "navigator", "Buffer", "Intl", "WeakRef"],
  ...["FinalizationRegistry", "globalThis", "Atomics", "SharedArrayBuffer", "parseFloat", "eval"],
  ...["require", "Promise", "Function", "JSON", "TextDecoder", "structuredClone"],
].map((name) => ({ name, message: "Not deterministic: take it from ctx or core." }));

const inexactMath = [
  ...["random", "sin", "cos", "tan", "exp", "log", "log2", "log10", "pow", "sqrt", "cbrt"],
  ...["hypot", "atan", "atan2", "fround"],
];
const hostDependent = [
  ...["toFixed", "toPrecision", "localeCompare", "toLocaleString", "normalize"],
  ...["toLowerCase", "toUpperCase", "then"],
];
const restrictedProperties = [
  ...inexactMath.map((property) => ({ object: "Math", property, message: "Use core/math." })),
  { object: "Number", property: "parseFloat", message: "Use core/math." },
  ...hostDependent.map((property) => ({ property, message: "Use compareBytes or asciiLower." })),
];
const keyOrder = ["keys", "entries", "values"].map((property) => ({
  object: "Object",
  property,
  message: "Integer-like keys come first: iterate a sorted collection.",
}));

const division = [
  {
    selector: "BinaryExpression[operator=/^[/%]$/], AssignmentExpression[operator=/^[/%]=$/]",
    message: "Use divFloor, divCeil, mulDivFloor, mulDivCeil or mod: they name their rounding.",
  },
];
const inexactNumbers = [
  {
    selector: "Literal[raw=/^([0-9][0-9_]*)?[.]|^[0-9][0-9_.]*[eE]/]",
    message: "Integers only; fractions are Dec.",
  },
  {
    selector:
      "BinaryExpression[operator='**']:not([right.bigint]), AssignmentExpression[operator='**=']:not([right.bigint])",
    message: "`**` on numbers is a float operation: use bigint with a literal exponent.",
  },
];
const control = [
  { selector: "ForInStatement", message: "Key order is not state order: iterate a collection." },
  {
    selector: ":function[async=true], AwaitExpression, ForOfStatement[await=true]",
    message: "The kernel is synchronous: nothing may interleave.",
  },
  { selector: "ThrowStatement > NewExpression[callee.name='Error']", message: "Throw a TxError." },
  {
    selector: "Literal[regex], :matches(NewExpression, CallExpression)[callee.name='RegExp']",
    message: "No regular expressions: their tables move with Node, and they can be slow.",
  },
  {
    selector: "TSEnumDeclaration, TSModuleDeclaration",
    message: "Use `as const` objects and files.",
  },
];
const tryStatement = [
  {
    selector: "TryStatement",
    message: "Only app/tx/deliver.ts and core/due.ts catch (STYLE 5.4).",
  },
];
const moduleVariables = [
  {
    selector:
      "Program > VariableDeclaration[kind!='const'], Program > ExportNamedDeclaration > VariableDeclaration[kind!='const']",
    message: "Module-level state survives a rolled-back transaction: use the store.",
  },
];
const moduleContainers = [
  {
    selector:
      "NewExpression[callee.name=/^(Map|Set|WeakMap|WeakSet|Array)$/]:not(:function NewExpression):not(PropertyDefinition[static=false] NewExpression)",
    message: "Module-level state survives a rolled-back transaction: use the store.",
  },
];
const ambientNames = [
  {
    selector:
      "VariableDeclaration[declare=true]:not(:has(TSTypeOperator[operator='unique'])), TSDeclareFunction[declare=true]",
    message: "A declared name would hide a forbidden global from the rules.",
  },
];
const syntaxLists = {
  ambientNames,
  division,
  inexactNumbers,
  control,
  tryStatement,
  moduleVariables,
  moduleContainers,
};
/** The whole no-restricted-syntax option list, without the named parts. */
const syntaxExcept = (...left) => [
  "error",
  ...Object.entries(syntaxLists).flatMap(([name, list]) => (left.includes(name) ? [] : list)),
];
const globalsExcept = (...left) => [
  "error",
  ...restrictedGlobals.filter(({ name }) => !left.includes(name)),
];

/** Every allowed exception to the rules above; the reason stands beside it (STYLE 6). */
const exceptions = [
  {
    // The one place where a division is spelled out: everything else names its rounding.
    files: ["core/math/**/*.ts"],
    rules: { "no-restricted-syntax": syntaxExcept("division") },
  },
  {
    // The one fatal UTF-8 decoder; it keeps nothing between calls.
    files: ["core/bytes.ts"],
    rules: {
      "no-restricted-globals": globalsExcept("TextDecoder"),
      "no-restricted-syntax": syntaxExcept("ambientNames"), // ES declares no text codecs
      "assay/no-string-order": "off", // compareAscii, which says what it compares
    },
  },
  {
    // Registries of names, filled while the modules load and never during a block: a duplicate code,
    // event type or store prefix stops the start.
    files: ["core/errors.ts", "core/events.ts", "core/collections/schema.ts"],
    rules: { "no-restricted-syntax": syntaxExcept("moduleContainers") },
  },
  {
    // Events carry JSON text for people; it is never hashed and state never reads it.
    files: ["core/events.ts"],
    rules: { "no-restricted-globals": globalsExcept("JSON") },
  },
  {
    // A due item that throws is parked, a transaction that throws is answered (STYLE 5.4).
    files: ["core/due.ts", "app/tx/deliver.ts"],
    rules: { "no-restricted-syntax": syntaxExcept("tryStatement") },
  },
  {
    // The list of messages and queries holds every type at once; the router restores the type.
    files: ["core/module.ts"],
    rules: { "@typescript-eslint/no-explicit-any": "off" },
  },
];

// STYLE 3. Left may import right; a folder that is not named here fails the tidy test.
const everything = [
  ...["core", "proto", "modules", "app", "client", "executor", "solo", "cli", "localnet"],
];
export const directions = {
  proto: { folders: [], packages: ["@bufbuild/protobuf", "cosmjs-types"] },
  core: { folders: ["proto"], packages: ["@noble/hashes"] },
  modules: { folders: ["core", "proto"], packages: [] },
  app: {
    folders: ["core", "proto"],
    modules: true,
    packages: [
      ...["@bufbuild/protobuf", "@chainsafe/blst", "@noble/hashes", "cosmjs-types", "pino"],
      ...["prom-client", "secp256k1", "smol-toml"],
    ],
  },
  client: {
    folders: [
      ...["core/amino", "core/brand.ts", "core/bytes.ts", "core/crypto", "core/math"],
      ...["core/store/proofs", "core/store/proofs.ts", "proto"],
    ],
    // yaml and @scure/bip39 serve client/manifest/file.ts and client/keyring, which need Node.
    packages: ["@cosmjs", "cosmjs-types", "@noble", "@scure/bip39", "yaml"],
  },
  executor: {
    folders: ["client", "core", "proto"],
    packages: ["@cosmjs", "yaml", "ws", "pino", "prom-client"],
  },
  solo: {
    folders: ["client", "core", "proto"],
    packages: ["cosmjs-types", "smol-toml", "ws"],
  },
  cli: {
    folders: ["client", "core", "proto"],
    packages: [
      ...["@bufbuild/protobuf", "@cosmjs", "@scure/bip39", "commander", "cosmjs-types"],
      ...["smol-toml", "yaml"],
    ],
  },
  localnet: {
    folders: ["cli", "client", "core", "proto"],
    packages: ["smol-toml", "yaml", "ws", "@cosmjs"],
  },
  test: { folders: everything, modules: true, packages: ["*"] },
};

/** Only entry points read argv and env. */
const ambientAuthority = ["argv", "env"].map((property) => ({
  object: "process",
  property,
  message: "Only cli, localnet and each main.ts read argv and env: take it as an argument.",
}));

function moduleNames(root) {
  const folder = join(root, "modules");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function importZones(root) {
  const modules = moduleNames(root);
  const doors = modules.map((name) => `modules/${name}/index.ts`);
  const zones = Object.entries(directions).map(([folder, { folders, modules: mayUseModules }]) => ({
    target: `./${folder}`,
    from: "./",
    except: [
      ...["node_modules", folder, ...folders],
      ...(mayUseModules === true && folder !== "test" ? doors : []),
    ].map((path) => `./${path}`),
    message: `${folder} may import: ${folders.join(", ") || "nothing"} (STYLE 3).`,
  }));
  const betweenModules = modules.map((name) => ({
    target: `./modules/${name}`,
    from: "./modules",
    except: [`./${name}`, ...modules.map((other) => `./${other}/index.ts`)],
    message: "Another module is entered by its index.ts only (STYLE 3).",
  }));
  const mains = {
    target: ["./app", "./client", "./executor", "./solo", "./cli", "./core", "./modules"],
    from: ["./app/main.ts", "./executor/main.ts", "./solo/main.ts", "./cli/main.ts"],
    message: "Nobody imports a main.ts: it is started as a process.",
  };
  return [...zones, ...betweenModules, mains];
}

/** Bare imports outside the list of a folder; Node's own modules are another rule's matter. */
function packageBlock(folder, packages) {
  const names = packages.map((name) => name.replace("/", "\\/")).join("|");
  const regex = names === "" ? "^(?!\\.|node:)" : `^(?!\\.|node:|(?:${names})(?:\\/|$))`;
  const message = `${folder} may import the packages: ${packages.join(", ") || "none"} (STYLE 3).`;
  return {
    files: [`${folder}/**/*.ts`],
    ignores: folder === "proto" ? ["proto/gen/**"] : [],
    rules: { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] },
  };
}

const everywhere = {
  "import-x/no-cycle": "error",
  "import-x/no-default-export": "error",
  "@typescript-eslint/ban-ts-comment": ["error", { "ts-expect-error": "allow-with-description" }],
  "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
  "@typescript-eslint/no-explicit-any": "error",
  "@typescript-eslint/no-floating-promises": [
    "error",
    {
      allowForKnownSafeCalls: [
        { from: "package", package: "node:test", name: ["describe", "it", "test", "suite"] },
      ],
    },
  ],
  "@typescript-eslint/no-misused-promises": "error",
  "@typescript-eslint/no-non-null-assertion": "error",
  "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
  "@typescript-eslint/require-array-sort-compare": ["error", { ignoreStringArrays: false }],
  "@typescript-eslint/switch-exhaustiveness-check": [
    "error",
    { considerDefaultExhaustiveForUnions: true },
  ],
  "no-constant-condition": ["error", { checkLoops: false }],
  "no-fallthrough": "error",
  "no-unsafe-finally": "error",
  "no-unused-expressions": "error",
  "no-warning-comments": ["error", { terms: ["todo", "fixme"], location: "start" }],
  "prefer-const": "error",
  eqeqeq: "error",
};

/** The config for a tree that is laid out like this repository: the fixtures are such a tree too. */
export function configFor(root) {
  const typescript = {
    files: ["**/*.ts"],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: ["./tsconfig.json"], tsconfigRootDir: root },
    },
    plugins: {
      "@typescript-eslint": tseslint.plugin,
      "import-x": importX,
      regexp,
      assay: { rules: { "no-string-order": noStringOrder } },
    },
    settings: {
      // Without the extension import-x reads no .ts file and finds no cycle.
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...everywhere,
      "import-x/no-restricted-paths": ["error", { basePath: root, zones: importZones(root) }],
      "regexp/no-super-linear-backtracking": "error",
      "regexp/no-super-linear-move": "error",
    },
  };
  const determinism = {
    files: deterministic,
    rules: {
      "no-restricted-globals": globalsExcept(),
      "no-restricted-properties": ["error", ...restrictedProperties],
      "no-restricted-syntax": syntaxExcept(),
      "no-new-func": "error",
      "@typescript-eslint/no-implied-eval": "error",
      "@typescript-eslint/strict-boolean-expressions": [
        "error",
        { allowString: false, allowNumber: false },
      ],
      "import-x/no-nodejs-modules": "error",
      "assay/no-string-order": ["error", { allow: ["StoreKey"] }],
    },
  };
  return [
    {
      ignores: [
        ...["**/node_modules/**", "dist/**", "proto/gen/**", "localnet/.data/**"],
        ...["test/tidy/fixtures/**", "**/*.d.ts", "**/*.js"],
      ],
    },
    {
      files: ["**/*.mjs"],
      rules: { "prefer-const": "error", "no-unused-vars": "error", eqeqeq: "error" },
    },
    typescript,
    ...Object.entries(directions)
      .filter(([, { packages }]) => !packages.includes("*"))
      .map(([folder, { packages }]) => packageBlock(folder, packages)),
    {
      files: ["app/**/*.ts", "client/**/*.ts", "executor/**/*.ts", "solo/**/*.ts"],
      ignores: ["**/main.ts", ...deterministic],
      rules: { "no-restricted-properties": ["error", ...ambientAuthority] },
    },
    determinism,
    {
      files: ["modules/**/*.ts"],
      rules: { "no-restricted-properties": ["error", ...restrictedProperties, ...keyOrder] },
    },
    ...exceptions,
  ];
}

export default configFor(import.meta.dirname);
