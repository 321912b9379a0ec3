import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type AbciHandlers } from "../../app/abci/server.ts";
import { plainHandlers } from "./abci.ts";

type State = { height: string; pairs: [string, string][] };

/** A map of `key=value` transactions, kept in one file: the least app that survives a kill. */
export function tinyHandlers(file: string): AbciHandlers {
  let committed = load(file);
  let working = committed;
  const hashOf = (state: State): Uint8Array =>
    createHash("sha256").update(JSON.stringify(state.pairs)).digest();
  const plain = plainHandlers();
  const result = (tx: Uint8Array) => {
    const good = /^\w+=\w+$/.test(Buffer.from(tx).toString());
    return { ...plain.checkTx({ tx, type: 0 }), code: good ? 0 : 2, data: tx.subarray(0, 8) };
  };
  return {
    ...plain,
    info: (request) => ({
      ...plain.info(request),
      lastBlockHeight: BigInt(committed.height),
      lastBlockAppHash: committed.height === "0" ? new Uint8Array() : hashOf(committed),
    }),
    checkTx: ({ tx }) => result(tx),
    finalizeBlock: ({ txs, height }) => {
      const pairs = new Map(committed.pairs);
      const txResults = txs.map(result);
      for (const [i, tx] of txs.entries()) {
        const [key = "", value = ""] = Buffer.from(tx).toString().split("=");
        if (key === "poison") throw new Error(`block ${height}: poisoned`);
        if (txResults[i]?.code === 0) pairs.set(key, value);
      }
      working = { height: String(height), pairs: [...pairs] };
      return { events: [], txResults, validatorUpdates: [], appHash: hashOf(working) };
    },
    commit: () => {
      writeFileSync(`${file}.new`, JSON.stringify(working));
      renameSync(`${file}.new`, file);
      committed = working;
      return { retainHeight: 0n };
    },
    query: async (request) => {
      const value = new Map(committed.pairs).get(Buffer.from(request.data).toString()) ?? "";
      return {
        ...(await plain.query(request)),
        value: Buffer.from(value),
        height: BigInt(committed.height),
      };
    },
  };
}

function load(file: string): State {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as State;
  } catch {
    return { height: "0", pairs: [] };
  }
}

/** The app as a process: the contract with the supervisor, of 20 lines. */
export async function serveTinyApp(file: string, socket: string): Promise<void> {
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const handlers = tinyHandlers(file);
  const server = createServer(handlers, {
    fatal(error) {
      say({ level: 60, msg: "fatal", err: { message: error.message } });
      process.exit(1);
    },
  });
  await server.listen(socket);
  say({ ready: true, height: load(file).height, socket });
  const leave = () => void server.close().then(() => process.exit(0));
  process.once("SIGTERM", leave);
  // The supervisor was killed: nobody else would stop this process.
  if (process.env["ASSAY_SUPERVISED"] === "1") process.stdin.resume().once("end", leave);
}

const [, , file, socket] = process.argv;
if (process.env["TINY_APP"] === "1" && file !== undefined && socket !== undefined) {
  await serveTinyApp(file, socket);
}
