import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "smol-toml";
import { cometSettings, portsOf } from "../../../../cli/supervise/config.ts";
import { editToml } from "../../../../cli/supervise/editToml.ts";

const template = `# The version
version = "0.38.25"

# TCP or UNIX socket
proxy_app = "tcp://127.0.0.1:26658" # where the app is

[rpc]
# timeout_commit = "9s" is not here
laddr = "tcp://127.0.0.1:26657"
cors_allowed_methods = ["HEAD", "GET", "POST", ]

[consensus]

timeout_commit = "1s"
create_empty_blocks = true
keep-invalid = false   # a key with hyphens

[instrumentation]
prometheus = false
`;

describe("supervise: edit of TOML", () => {
  it("changes the named values and no other character", () => {
    const edited = editToml(template, {
      proxy_app: "unix:///home/a#b/app.sock",
      "consensus.timeout_commit": "300ms",
      "consensus.create_empty_blocks": false,
      "consensus.keep-invalid": true,
      "rpc.cors_allowed_methods": ["GET"],
    });
    const expected = template
      .replace('"tcp://127.0.0.1:26658"', '"unix:///home/a#b/app.sock"')
      .replace('timeout_commit = "1s"', 'timeout_commit = "300ms"')
      .replace("create_empty_blocks = true", "create_empty_blocks = false")
      .replace("keep-invalid = false", "keep-invalid = true")
      .replace('["HEAD", "GET", "POST", ]', '["GET"]');
    assert.equal(edited, expected);
  });

  it("changes nothing a second time", () => {
    const edits = { "rpc.laddr": 'tcp://"quoted"\\:1', moniker: "n", "new.table": 7 };
    const once = editToml(template, edits);
    assert.equal(editToml(once, edits), once);
  });

  it("adds what is missing at the end of its section, or in a section of its own", () => {
    const edited = editToml(template, {
      moniker: "node0",
      "rpc.unsafe": false,
      "storage.discard": true,
      "storage.size": 5,
    });
    assert.match(edited, /# where the app is\nmoniker = "node0"\n\n\[rpc\]/);
    assert.match(edited, /"POST", \]\nunsafe = false\n\n\[consensus\]/);
    assert.match(edited, /\[storage\]\ndiscard = true\nsize = 5\n?$/);
  });

  it("keeps a # inside quotes apart from a comment", () => {
    const text = `a = "x # y" # z\nb = 'q#' # r\nc = "\\"#"#s\n`;
    assert.equal(
      editToml(text, { a: "1", b: "2", c: "3" }),
      `a = "1" # z\nb = "2" # r\nc = "3"#s\n`,
    );
  });

  it("takes a key for the section that it stands in", () => {
    const edited = parse(editToml("[a]\nx = 1\n[b]\nx = 1\n[a.b]\nx = 1\n", { "a.b.x": 2 }));
    assert.equal(JSON.stringify(edited), '{"a":{"x":1,"b":{"x":2}},"b":{"x":1}}');
  });

  for (const value of ["[\n  1,\n]", '"""\ntext"""']) {
    it(`refuses to edit a value of several lines: ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => editToml(`a = ${value}\n`, { a: "1" }),
        /a: expected a value on one line/,
      );
    });
  }

  it("refuses an edit that a parser does not find again", () => {
    assert.throws(() => editToml('t = """\na = 1\n"""\n', { a: 2 }), /expected|got/);
  });
});

describe("supervise: settings of CometBFT", () => {
  const localnet = cometSettings({ profile: "localnet", socketPath: "/h/app.sock" });
  const node = cometSettings({ profile: "node", socketPath: "/h/app.sock" });

  it("rest while the chain is idle and let no window close early", () => {
    for (const settings of [localnet, node]) {
      assert.equal(settings["consensus.create_empty_blocks"], false);
      assert.equal(settings["consensus.create_empty_blocks_interval"], "0s");
      assert.equal(settings["consensus.skip_timeout_commit"], false);
      assert.equal(settings["tx_index.indexer"], "kv");
      assert.equal(settings["mempool.type"], "flood");
      assert.equal(settings["proxy_app"], "unix:///h/app.sock");
    }
    assert.equal(localnet["consensus.timeout_commit"], "300ms");
    assert.equal(node["consensus.timeout_commit"], "1s");
  });

  it("open RPC to this machine only, and browsers only to a localnet", () => {
    assert.equal(node["rpc.laddr"], "tcp://127.0.0.1:26657");
    assert.deepEqual(node["rpc.cors_allowed_origins"], []);
    assert.deepEqual(localnet["rpc.cors_allowed_origins"], ["*"]);
    assert.equal(localnet["p2p.laddr"], "tcp://127.0.0.1:26656");
    assert.equal(node["p2p.laddr"], "tcp://0.0.0.0:26656");
    assert.equal(localnet["p2p.allow_duplicate_ip"], true);
    assert.equal(Object.hasOwn(node, "p2p.allow_duplicate_ip"), false);
  });

  it("shift the ports of node i by ten times i", () => {
    assert.deepEqual(portsOf(1), { p2p: 26666, rpc: 26667, metrics: 26670, app: 26671 });
  });

  it("name the peers in one line", () => {
    const peers = ["aa@127.0.0.1:1", "bb@127.0.0.1:2"];
    const settings = cometSettings({ profile: "node", socketPath: "/s", persistentPeers: peers });
    assert.equal(settings["p2p.persistent_peers"], "aa@127.0.0.1:1,bb@127.0.0.1:2");
  });
});
