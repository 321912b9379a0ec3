import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { errorTable, renderError, UserError, userError } from "../../../client/errors/index.ts";

describe("errors", () => {
  it("say what, where it looked, how to fix and where to read more", () => {
    const error = userError(
      "E1203",
      {},
      { looked: ["$COMETBFT (unset)", "PATH (none)", "~/go/bin (none)"] },
    );
    assert.equal(
      renderError(error),
      [
        "error E1203: no CometBFT v0.38 binary found",
        "  looked in  $COMETBFT (unset) · PATH (none) · ~/go/bin (none)",
        "  fix        assay comet install                 (needs Go >= 1.22.11)",
        "             COMETBFT=/path/to/cometbft assay start",
        "             assay start --engine solo           (no CometBFT, development only)",
        "  more       assay explain E1203",
      ].join("\n"),
    );
  });

  it("say the values, also those that look like a pattern or a name in braces", () => {
    const error = userError("E1404", { owner: "$& of {port}", port: 26657 });
    assert.equal(error.what, "port 26657 is taken by $& of {port}");
    assert.equal(error.message, "E1404: port 26657 is taken by $& of {port}");
  });

  it("keep the fix of whoever knows better", () => {
    const error = new UserError("E1301", "no native secp256k1", { fix: ["compile it"] });
    assert.match(renderError(error), /^ {2}fix {8}compile it$/m);
    assert.doesNotMatch(renderError(error), /npm rebuild/);
  });

  it("have a code, a sentence, a hint and a page each", () => {
    assert.ok(Object.keys(errorTable).length >= 26);
    for (const [code, text] of Object.entries(errorTable)) {
      assert.match(code, /^E\d{4}$/);
      assert.ok(text.hint.length > 0 && text.docs.endsWith("."), code);
      assert.doesNotMatch(text.template, /\.$/, code);
    }
  });
});
