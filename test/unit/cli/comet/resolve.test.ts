import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { renderError, UserError } from "../../../../client/errors/index.ts";
import { resolveComet, type ResolveOptions } from "../../../../cli/comet/resolve.ts";
import { judgeVersion, type VersionPolicy } from "../../../../cli/comet/version.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "comet-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function program(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
const comet = (path: string, version = "0.38.25") => program(path, `echo ${version}`);

/** A `go` that answers `go env` and "builds" a program with the given version. */
function fakeGo(options: { version?: string; toolchain?: string; builds?: string } = {}): string {
  const { version = "go1.22.11", toolchain = "auto", builds = "0.38.25" } = options;
  const build =
    builds === ""
      ? `echo "dial tcp: no route to host" >&2; exit 1`
      : `printf '#!/bin/sh\\necho ${builds}\\n' > "$GOBIN/cometbft"; /bin/chmod 755 "$GOBIN/cometbft"; echo "$@ CGO=$CGO_ENABLED" > "${home}/built"`;
  return dirname(
    program(
      join(home, "gobin", "go"),
      `if [ "$1" = env ]; then printf '%s\\n\\n%s\\n%s\\n' ${version} "${home}/go" ${toolchain}; else ${build}; fi`,
    ),
  );
}

const resolve = (env: NodeJS.ProcessEnv = {}, more: ResolveOptions = {}) =>
  resolveComet({ env: { PATH: join(home, "empty"), ...env }, userHome: home, ...more });

async function refusal(promise: Promise<unknown>): Promise<UserError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  assert.fail("expected a refusal, got a program");
}

describe("comet: resolver", () => {
  it("takes --cometbft before $COMETBFT before PATH before Go's folder before ~/.assay/bin", async () => {
    const bins = fakeGo();
    const env = { PATH: `${join(home, "path")}:${bins}`, COMETBFT: comet(join(home, "env", "c")) };
    const explicit = comet(join(home, "flag", "c"));
    comet(join(home, "path", "cometbft"));
    comet(join(home, "go", "bin", "cometbft"));
    assert.equal((await resolve(env, { explicit })).path, explicit);
    assert.equal((await resolve(env)).path, env.COMETBFT);
    assert.equal((await resolve({ PATH: env.PATH })).path, join(home, "path", "cometbft"));
    rmSync(join(home, "path"), { recursive: true });
    const inGo = await resolve({ PATH: env.PATH });
    assert.equal(inGo.path, join(home, "go", "bin", "cometbft"));
    assert.deepEqual(inGo.looked, ["$COMETBFT (unset)", "PATH (none)", "~/go/bin (0.38.25)"]);
    rmSync(join(home, "go"), { recursive: true });
    const built = await resolve({ PATH: env.PATH }, { allowInstall: true });
    assert.equal(built.path, join(home, ".assay", "bin", "cometbft-v0.38.25"));
    const again = await resolve({ PATH: env.PATH });
    assert.equal(again.source, "~/.assay/bin/cometbft-v0.38.25");
  });

  it("looks in ~/go/bin also where no go is found", async () => {
    comet(join(home, "go", "bin", "cometbft"));
    assert.equal((await resolve()).path, join(home, "go", "bin", "cometbft"));
  });

  it("refuses a named program that is missing or of another version: no fall-through", async () => {
    comet(join(home, "go", "bin", "cometbft"));
    const missing = await refusal(resolve({ COMETBFT: join(home, "nothing") }));
    assert.equal(missing.code, "E1203");
    assert.deepEqual(missing.looked, [`$COMETBFT ${join(home, "nothing")} (none)`]);
    const old = comet(join(home, "old"), "0.37.2");
    const wrong = await refusal(resolve({}, { explicit: old }));
    assert.equal(wrong.code, "E1204");
    assert.equal(wrong.what, `${old} is CometBFT 0.37.2: expected 0.38.25 or a later 0.38`);
  });

  it("passes over a wrong one on PATH for a right one later, and names it when there is none", async () => {
    comet(join(home, "a", "cometbft"), "0.34.24");
    const PATH = `${join(home, "a")}:${join(home, "b")}`;
    assert.equal((await refusal(resolve({ PATH }))).code, "E1204");
    comet(join(home, "b", "cometbft"));
    assert.equal((await resolve({ PATH })).path, join(home, "b", "cometbft"));
  });

  it("says where it looked when there is none", async () => {
    const error = await refusal(resolve());
    assert.equal(
      renderError(error),
      [
        "error E1203: no CometBFT v0.38 binary found",
        "  looked in  $COMETBFT (unset) · PATH (none) · ~/go/bin (none) · ~/.assay/bin/cometbft-v0.38.25 (none) · go (none)",
        "  fix        assay comet install                 (needs Go >= 1.22.11)",
        "             COMETBFT=/path/to/cometbft assay start",
        "             assay start --engine solo           (no CometBFT, development only)",
        "  more       assay explain E1203",
      ].join("\n"),
    );
  });
});

describe("comet: installation", () => {
  it("builds in a folder of its own, records the sum and leaves nothing else", async () => {
    const lines: string[] = [];
    const PATH = fakeGo();
    const found = await resolve({ PATH }, { allowInstall: true, log: (line) => lines.push(line) });
    const folder = join(home, ".assay", "bin");
    assert.equal(found.path, join(folder, "cometbft-v0.38.25"));
    const files = new Set(readdirSync(folder));
    assert.deepEqual(files, new Set(["cometbft-v0.38.25", "cometbft-v0.38.25.sha256"]));
    assert.match(lines[0] ?? "", /building CometBFT 0\.38\.25.*ASSAY_COMET_INSTALL=0 forbids it/);
    assert.equal(
      readFileSync(join(home, "built"), "utf8"),
      "install github.com/cometbft/cometbft/cmd/cometbft@v0.38.25 CGO=0\n",
    );
  });

  const without: [string, Parameters<typeof fakeGo>[0], NodeJS.ProcessEnv, boolean, RegExp][] = [
    ["nobody asked", {}, {}, false, /go \(1\.22\.11, not asked to build it\)/],
    ["ASSAY_COMET_INSTALL=0", {}, { ASSAY_COMET_INSTALL: "0" }, true, /not asked to build it/],
    ["Go is 1.20", { version: "go1.20.14" }, {}, true, /go \(1\.20\.14, too old/],
    [
      "Go is 1.22.10 and may not fetch a toolchain",
      { version: "go1.22.10", toolchain: "local" },
      {},
      true,
      /go \(1\.22\.10, too old/,
    ],
    ["the build fails", { builds: "" }, {}, true, /go install \(failed: dial tcp: no route/],
  ];
  for (const [name, go, env, allowInstall, looked] of without) {
    it(`is left out when ${name}`, async () => {
      const PATH = fakeGo(go);
      const error = await refusal(resolve({ PATH, ...env }, { allowInstall }));
      assert.equal(error.code, "E1203");
      assert.match(error.looked.join(" · "), looked);
    });
  }

  it("builds by Go 1.21 that fetches the toolchain itself", async () => {
    const PATH = fakeGo({ version: "go1.21.0" });
    assert.equal((await resolve({ PATH }, { allowInstall: true })).source, "go 1.21.0");
  });

  it("refuses a build of another version and leaves nothing behind", async () => {
    const PATH = fakeGo({ builds: "0.38.24" });
    const error = await refusal(resolve({ PATH }, { allowInstall: true }));
    assert.equal(error.code, "E1204");
    assert.deepEqual(readdirSync(join(home, ".assay", "bin")), []);
  });

  it("E1205: refuses a program that changed since, or whose sum is not recorded", async () => {
    const PATH = fakeGo();
    const { path } = await resolve({ PATH }, { allowInstall: true });
    comet(path, "0.38.26");
    const changed = await refusal(resolve({ PATH }));
    assert.equal(changed.code, "E1205");
    assert.match(changed.what, /expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}$/);
    rmSync(`${path}.sha256`);
    assert.equal((await refusal(resolve({ PATH }))).code, "E1205");
  });
});

describe("comet: versions", () => {
  const cases: [string, VersionPolicy, boolean, boolean][] = [
    ["0.38.25", "node", true, false],
    ["0.38.30", "node", true, false],
    ["0.38.24", "node", false, false],
    ["0.38.24", "localnet", true, true],
    ["0.38.17", "localnet", true, true],
    ["0.38.16", "localnet", false, false],
    ["0.38.14", "localnet", false, false],
    ["0.38.2", "localnet", false, false],
    ["0.37.25", "localnet", false, false],
    ["0.39.0", "node", false, false],
    ["1.0.1", "node", false, false],
    ["unreadable", "node", false, false],
    ["0.38.25", "newest", true, false],
    ["0.38.26", "newest", false, false],
  ];
  for (const [version, policy, accepted, warns] of cases) {
    it(`${version} is ${accepted ? "taken" : "refused"} for ${policy}${warns ? ", with a warning" : ""}`, () => {
      const verdict = judgeVersion(version, policy);
      assert.equal(verdict.accepted, accepted);
      assert.equal(verdict.warning !== undefined, warns);
    });
  }
});
