// skeleton.mjs SOCKET [sig] [events]: the least that an ABCI app in Node must do
import { createHash } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import bank from "cosmjs-types/cosmos/bank/v1beta1/tx";
import tx from "cosmjs-types/cosmos/tx/v1beta1/tx";
import abci from "cosmjs-types/tendermint/abci/types";
import secp from "secp256k1/bindings.js";

const [path, ...flags] = process.argv.slice(2);
const withSig = flags.includes("sig");
const withEvents = flags.includes("events");
const sha = (bytes) => createHash("sha256").update(bytes).digest();
const empty = new Uint8Array();
const verified = new Set();
let height = 0n,
  count = 0,
  appHash = Buffer.alloc(32);

function check(bytes) {
  if (!withSig) return;
  const id = sha(bytes).toString("latin1");
  if (verified.has(id)) return;
  const raw = tx.TxRaw.decode(bytes);
  const body = tx.TxBody.decode(raw.bodyBytes);
  const auth = tx.AuthInfo.decode(raw.authInfoBytes);
  bank.MsgSend.decode(body.messages[0].value);
  const doc = tx.SignDoc.encode({ ...raw, chainId: "peer-1", accountNumber: 1n }).finish();
  secp.ecdsaVerify(raw.signatures[0], sha(doc), auth.signerInfos[0].publicKey.value.subarray(2)); // the verdict is not used: only its cost is wanted
  verified.add(id);
}
const someone = "cosmos1pkptre7fdkl6gfrzlesjjvhxhlc3r4gmmk8rs6";
const event = (type, pairs) => ({
  type,
  attributes: pairs.map(([key, value]) => ({ key, value, index: true })),
});
const events = withEvents
  ? [
      event("coin_spent", [
        ["spender", someone],
        ["amount", "200stake"],
      ]),
      event("coin_received", [
        ["receiver", someone],
        ["amount", "200stake"],
      ]),
      event("transfer", [
        ["recipient", someone],
        ["sender", someone],
        ["amount", "200stake"],
      ]),
      event("message", [
        ["action", "/cosmos.bank.v1beta1.MsgSend"],
        ["sender", someone],
        ["module", "bank"],
      ]),
      event("tx", [
        ["fee", "200stake"],
        ["fee_payer", someone],
      ]),
      event("tx", [["acc_seq", `${someone}/1`]]),
    ]
  : [];
const ok = {
  code: 0,
  data: empty,
  log: "",
  info: "",
  gasWanted: 1n,
  gasUsed: 1n,
  events,
  codespace: "",
};
const handlers = {
  flush: () => ({}),
  echo: ({ message }) => ({ message }),
  info: () => ({
    data: "skeleton",
    version: "1",
    appVersion: 1n,
    lastBlockHeight: height,
    lastBlockAppHash: height ? appHash : empty,
  }),
  initChain: () => ({ validators: [], appHash }),
  checkTx: ({ type, tx: bytes }) => (type === 0 && check(bytes), { ...ok, events: [] }),
  prepareProposal: ({ txs, maxTxBytes }) => {
    let size = 0n;
    return { txs: txs.filter((t) => (size += BigInt(t.length + 5)) <= maxTxBytes) };
  },
  processProposal: () => ({ status: 1 }),
  finalizeBlock: ({ txs, height: h }) => {
    height = h;
    txs.forEach(check);
    count += txs.length;
    if (txs.length) appHash = sha(Buffer.from(String(count)));
    return { events: [], txResults: txs.map(() => ok), validatorUpdates: [], appHash };
  },
  commit: () => ({ retainHeight: 0n }),
  query: () => ({
    code: 0,
    log: "",
    info: "",
    index: 0n,
    key: empty,
    value: empty,
    height,
    codespace: "",
  }),
  listSnapshots: () => ({ snapshots: [] }),
};
function frame(bytes) {
  const head = [];
  let n = bytes.length;
  for (; n > 127; n >>>= 7) head.push((n & 127) | 128);
  return [Buffer.from([...head, n]), bytes];
}
fs.rmSync(path, { force: true });
net
  .createServer((socket) => {
    let rest = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      const data = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      const answers = [];
      let at = 0;
      for (;;) {
        let length = 0,
          shift = 0,
          p = at,
          whole = false;
        while (p < data.length) {
          const b = data[p++];
          length += (b & 127) * 2 ** shift;
          shift += 7;
          if (b < 128) {
            whole = true;
            break;
          }
        }
        if (!whole || p + length > data.length) break;
        const request = abci.Request.decode(data.subarray(p, p + length));
        const [name, value] = Object.entries(request).find(([, v]) => v !== undefined);
        answers.push(
          ...frame(
            abci.Response.encode(
              abci.Response.fromPartial({ [name]: handlers[name](value) }),
            ).finish(),
          ),
        );
        at = p + length;
      }
      rest = data.subarray(at);
      if (answers.length) socket.write(Buffer.concat(answers));
    });
    socket.on("error", (error) => console.error(error.message));
  })
  .listen(path, () => console.log("listening"));
