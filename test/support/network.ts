import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import type net from "node:net";
import os from "node:os";
import path from "node:path";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { setUpNode, writeExecutorHome } from "../../cli/executor/setup.ts";
import { appProgram, program } from "../../cli/home/programs.ts";
import { publishService } from "../../cli/service/publish.ts";
import type { Command } from "../../cli/supervise/child.ts";
import { nodeId, writeCometConfig } from "../../cli/supervise/config.ts";
import type { Supervisor } from "../../cli/supervise/supervisor.ts";
import { AssayClient } from "../../client/index.ts";
import { Keyring, newMnemonic, deriveKey } from "../../client/keyring/keyring.ts";
import { Accounts } from "../../localnet/accounts.ts";
import { Folder, type Network } from "../../localnet/folder.ts";
import { connectNodes, rpcUrls, writeNetwork } from "../../localnet/homes.ts";
import { nodePorts } from "../../localnet/ports.ts";
import { Role } from "../../proto/gen/assay/registry/v1/registry.ts";
import { Gate } from "./gate.ts";
import { freeOffset } from "./ports.ts";
import { supervised } from "./supervised.ts";

const chainId = "assay-local-1";
const bothRoles = [Role.ROLE_EXECUTOR, Role.ROLE_VALIDATOR];
export const releaseName = "sum-demo@1.0.0";
export const taskKey = "sum";
/** The same with a commit window of its own. */
export const briefKey = "brief";

/** One consensus validator: CometBFT and app as real processes under a supervisor of this process. */
export type Validator = { readonly index: number; readonly rpc: string; supervisor: Supervisor };

/** One real executor process and its owner's account number. */
export type ExecutorProcess = {
  readonly home: string;
  readonly node: string;
  /** The machine that it runs on. */
  readonly place?: number;
  child: ChildProcess;
  /** Resolves when the process says that it serves. */
  ready: Promise<unknown>;
};

/** Where programs run when each has a machine of its own; without one all share this one's loopback. */
export type Placement = {
  /** Where those machines reach this process. */
  readonly gateway: string;
  host(index: number): string;
  command(index: number, command: Command): Command;
  /** A program in its place, as one file. */
  wrapped(index: number, program: string): string;
};

export type NetworkExtras = {
  readonly placement?: Placement;
  /** In genesis after the usual ones. */
  readonly accounts?: readonly { readonly address: string }[];
  /** Edits of every config.toml. */
  readonly config?: Parameters<typeof writeCometConfig>[1];
};

/** How the demo service behaves; the windows are wide where processes die in them. */
export type ExecutorOptions = {
  readonly rpc?: readonly string[];
  readonly feeGrant?: boolean;
  /** Which machine of the placement; else this one. */
  readonly place?: number;
  /** Seats that its node may hold at once; else as many as its stake backs. */
  readonly capacity?: number;
};

export type ServiceOptions = {
  readonly commitBlocks?: number;
  readonly revealBlocks?: number;
  /** How long a run takes. */
  readonly delayMs?: number;
  /** Commit window of the second task, if there shall be one. */
  readonly briefBlocks?: number;
};

/** A network of real processes on ports of its own, in a folder of its own; everything ends with stop(). */
export class TestNetwork {
  readonly folder: Folder;
  readonly network: Network;
  readonly accounts: Accounts;
  readonly validators: Validator[] = [];
  readonly executors: ExecutorProcess[] = [];
  readonly #comet: string;
  /** The web service knows nothing of Assay: it adds numbers. */
  #service: http.Server | undefined;
  /** How often anybody asked the service. */
  serviceCalls = 0;
  /** Before the service's answers. */
  readonly gate = new Gate();
  #manifest = "";
  readonly #log: (line: string) => void;
  readonly #placement: Placement | undefined;

  private constructor(
    comet: string,
    folder: Folder,
    network: Network,
    log: (line: string) => void,
    placement: Placement | undefined,
  ) {
    this.#placement = placement;
    this.#comet = comet;
    this.folder = folder;
    this.network = network;
    this.accounts = new Accounts(folder);
    this.#log = log;
  }

  static async start(
    comet: string,
    validators: number,
    log: (line: string) => void = () => undefined,
    { placement, accounts: more = [], config = {} }: NetworkExtras = {},
  ): Promise<TestNetwork> {
    const folder = new Folder(fs.mkdtempSync(path.join(os.tmpdir(), "assay-net-")));
    folder.open();
    const portOffset = await freeOffset((offset) =>
      Array.from({ length: validators }, (_, i) => Object.values(nodePorts(i, offset))).flat(),
    );
    const self = new TestNetwork(
      comet,
      folder,
      { chainId, validators, executors: 0, portOffset },
      log,
      placement,
    );
    const extra = more.map(({ address }) => ({ name: address, address }));
    const accounts = [...(await self.accounts.list()), ...extra];
    await writeNetwork(folder, self.network, comet, accounts);
    await connectNodes(folder, self.network, comet);
    if (placement !== undefined) await self.#spread(placement);
    for (let i = 0; i < validators; i++) await writeCometConfig(folder.in(`node${i}`), config);
    for (let index = 0; index < validators; index++) {
      const rpc = self.rpc[index] ?? "";
      self.validators.push({ index, rpc, supervisor: self.#supervisor(index) });
    }
    await Promise.all(self.validators.map(({ supervisor }) => supervisor.start()));
    // Block 1 is stored before the app has committed it; genesis changes the app hash, so that block 2 follows.
    await self.untilHeight(2n);
    return self;
  }

  get rpc(): readonly string[] {
    const { portOffset, validators } = this.network;
    const placement = this.#placement;
    if (placement === undefined) return rpcUrls(this.network);
    return Array.from(
      { length: validators },
      (_, i) => `http://${placement.host(i)}:${nodePorts(i, portOffset).rpc}`,
    );
  }

  /** Every node listens in its own place, and knows the others' places. */
  async #spread(placement: Placement): Promise<void> {
    const { portOffset, validators } = this.network;
    const indexes = Array.from({ length: validators }, (_, i) => i);
    const at = (i: number, port: "p2p" | "rpc"): string =>
      `${placement.host(i)}:${nodePorts(i, portOffset)[port]}`;
    const peers = await Promise.all(
      indexes.map(
        async (i) => `${await nodeId(this.#comet, this.folder.in(`node${i}`))}@${at(i, "p2p")}`,
      ),
    );
    for (const i of indexes) {
      await writeCometConfig(this.folder.in(`node${i}`), {
        "rpc.laddr": `tcp://${at(i, "rpc")}`,
        "p2p.laddr": `tcp://${at(i, "p2p")}`,
        "p2p.persistent_peers": peers.filter((_, other) => other !== i).join(","),
      });
    }
  }

  /** A client over the given endpoints (default: all) that signs with an account of genesis. */
  async client(account?: number, endpoints: readonly string[] = this.rpc): Promise<AssayClient> {
    if (account === undefined) return AssayClient.connect(endpoints);
    return AssayClient.connect(endpoints, { signer: await this.accounts.signer(account) });
  }

  /** A client that signs with an executor's own key, as somebody who broke into its machine would. */
  async operator({ home }: ExecutorProcess): Promise<AssayClient> {
    const ring = new Keyring({ home, backend: "test", prefix: "assay" });
    return AssayClient.connect(this.rpc, { signer: await ring.signer("operator") });
  }

  /** Publishes the demo service by account 0. */
  async publish(options: ServiceOptions = {}): Promise<void> {
    this.#service = http.createServer((request, response) => {
      this.serviceCalls++;
      const caller = request.socket.remoteAddress ?? "";
      void this.gate.pass(caller).then(() => addNumbers(request, response, options.delayMs ?? 0));
    });
    const host = this.#placement?.gateway ?? "127.0.0.1";
    await new Promise<void>((done) => this.#service?.listen(0, host, done));
    const { port } = this.#service.address() as net.AddressInfo;
    this.#manifest = this.folder.in("service.yml");
    fs.writeFileSync(this.#manifest, serviceYml(`${host}:${port}`, options));
    const author = await this.client(0);
    await publishService(author, this.accounts.privateKey(0), this.#manifest, "alice");
  }

  /** A real executor process for the node of account `owner`, which asks these endpoints in this order. */
  async startExecutor(
    owner: number,
    { rpc = this.rpc, feeGrant = false, place, capacity }: ExecutorOptions = {},
  ): Promise<ExecutorProcess> {
    const home = this.folder.in(`executor${owner}`);
    const operator = await writeExecutorHome({
      home,
      rpc,
      chainId,
      keyring: "test",
      services: [this.#manifest],
      ...(feeGrant ? { feeGranter: await this.#address(owner) } : {}),
    });
    const node = await this.bond(owner, operator.address, undefined, feeGrant, capacity);
    const where = place === undefined ? {} : { place };
    const executor = { home, node, ...where, ...this.#spawnExecutor(home, place) };
    this.executors.push(executor);
    return executor;
  }

  restartExecutor(executor: ExecutorProcess, env?: NodeJS.ProcessEnv): void {
    Object.assign(executor, this.#spawnExecutor(executor.home, executor.place, env));
  }

  /** kill -9 of an executor, which is then started again as systemd would; resolves when it serves. */
  async crashExecutor(executor: ExecutorProcess): Promise<void> {
    await stopped(executor.child, "SIGKILL");
    this.restartExecutor(executor);
    await executor.ready;
  }

  /** kill -9 of a consensus validator's processes; its supervisor starts them again. */
  async crashValidator(index: number, victim: "app" | "comet" | "both"): Promise<void> {
    const { supervisor } = this.#validator(index);
    const again = once(supervisor, "ready");
    const { app, comet } = supervisor.pids();
    if (victim === "both") supervisor.kill("SIGKILL");
    else process.kill((victim === "app" ? app : comet) ?? fail(`no ${victim}`), "SIGKILL");
    await again;
  }

  /** kill -9 of a consensus validator, which stays dead until revive(). */
  async killValidator(index: number): Promise<void> {
    const { supervisor } = this.#validator(index);
    supervisor.kill("SIGKILL");
    await supervisor.stop();
  }

  async reviveValidator(index: number, env?: NodeJS.ProcessEnv): Promise<void> {
    const validator = this.#validator(index);
    validator.supervisor = this.#supervisor(index, env);
    await validator.supervisor.start();
  }

  /** Bonds account `owner` with an operator whose key the test holds: a node that does what the test wants. */
  async ownNode(
    owner: number,
    stake?: bigint,
  ): Promise<{ node: string; operator: AssayClient; secret: Uint8Array }> {
    const secret = deriveKey(newMnemonic());
    const signer = await DirectSecp256k1Wallet.fromKey(secret, "assay");
    const [account] = await signer.getAccounts();
    const node = await this.bond(owner, account?.address ?? "", stake);
    return { node, operator: await AssayClient.connect(this.rpc, { signer }), secret };
  }

  async #address(account: number): Promise<string> {
    return (await this.client(account)).sender.address;
  }

  async bond(
    owner: number,
    operator: string,
    stake = 10_000_000n,
    feeGrant = false,
    capacity?: number,
  ): Promise<string> {
    const client = await this.client(owner);
    await setUpNode(client, {
      ...{
        service: "sum-demo",
        version: "1.0.0",
        roles: bothRoles,
        stake,
        commitmentMs: 600_000n,
      },
      ...{ capacity, operatorFunds: 100_000_000n, endpoint: "", operator, feeGrant },
    });
    return client.sender.address;
  }

  /** Waits until this many nodes can be drawn by account 0; a bond counts from the next epoch. */
  async untilEligible(count: number): Promise<void> {
    const client = await this.client(0);
    await until(
      async () => {
        const { executors } = await client.tasks.quote({
          service: "sum-demo",
          version: "1.0.0",
          taskKey,
          inputSize: 1n,
          validators: 0,
          requester: client.sender.address,
        });
        const { epoch } = await client.clock.clock();
        const { bonds } = await client.staking.bonds({ service: "sum-demo" });
        if (executors >= count && bonds.every((bond) => bond.activeFromEpoch <= epoch)) return true;
        // Block time moves with blocks alone: heartbeats of the executors or this transaction make one.
        await client.send([
          {
            typeUrl: "/cosmos.bank.v1beta1.MsgSend",
            value: {
              fromAddress: client.sender.address,
              toAddress: client.sender.address,
              amount: [{ denom: "uassay", amount: "1" }],
            },
          },
        ]);
        return undefined;
      },
      60_000,
      500,
    );
  }

  async untilHeight(height: bigint, endpoints: readonly string[] = this.rpc): Promise<void> {
    await until(
      async () => {
        try {
          const client = await AssayClient.connect(endpoints);
          return (await client.height()) >= height ? true : undefined;
        } catch {
          return undefined;
        }
      },
      60_000,
      100,
    );
  }

  /** App hash that the header of `height` holds, by every validator. */
  async appHashes(height: bigint): Promise<string[]> {
    return Promise.all(
      this.validators.map(async ({ rpc }) => {
        const url = `${rpc}/block?height=${height}`;
        const { result } = (await (await fetch(url)).json()) as {
          result: { block: { header: { app_hash: string } } };
        };
        return result.block.header.app_hash;
      }),
    );
  }

  async stopExecutors(): Promise<void> {
    await Promise.all(this.executors.map(({ child }) => stopped(child, "SIGTERM")));
  }

  async stop(): Promise<void> {
    await this.stopExecutors();
    await Promise.all(this.validators.map(({ supervisor }) => supervisor.stop()));
    this.gate.release();
    this.#service?.closeAllConnections();
    this.#service?.close();
    fs.rmSync(this.folder.path, { recursive: true, force: true, maxRetries: 5 });
  }

  #validator(index: number): Validator {
    return this.validators[index] ?? fail(`no validator ${index}`);
  }

  #supervisor(index: number, env?: NodeJS.ProcessEnv): Supervisor {
    const home = this.folder.in(`node${index}`);
    const placement = this.#placement;
    const app: Command = { ...appProgram("--home", home), ...(env && { env }) };
    const comet = placement?.wrapped(index, this.#comet) ?? this.#comet;
    const supervisor = supervised(comet, home, {
      app: placement?.command(index, app) ?? app,
      backoffMs: [200],
      maxRestarts: 20,
    });
    supervisor.on("halted", (error) => this.#log(`node${index} halted: ${error.message}`));
    supervisor.on("restart", ({ reason }) => this.#log(`node${index} restarts: ${reason}`));
    return supervisor;
  }

  #spawnExecutor(
    home: string,
    place?: number,
    own?: NodeJS.ProcessEnv,
  ): Pick<ExecutorProcess, "child" | "ready"> {
    const here = program("executor/main", "--home", home);
    const placed = place === undefined ? undefined : this.#placement?.command(place, here);
    const { command, args } = placed ?? here;
    const log = fs.openSync(path.join(home, "executor.log"), "a");
    const env = { ...process.env, ...own };
    const child = spawn(command, args, { stdio: ["ignore", "pipe", log], env });
    fs.closeSync(log);
    const ended = once(child, "exit");
    return { child, ready: Promise.race([once(child.stdout ?? fail("no stdout"), "data"), ended]) };
  }
}

export async function until<T>(
  ask: () => Promise<T | undefined>,
  limitMs: number,
  everyMs: number,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end)
      throw new Error(`not within ${limitMs} ms: ${ask.toString().slice(0, 200)}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once("exit", () => done());
    child.kill(signal);
  });
}

function addNumbers(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  delayMs: number,
): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { numbers } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { numbers: number[] };
    const answer = JSON.stringify({ sum: numbers.reduce((sum, one) => sum + one, 0) });
    setTimeout(() => response.end(answer), delayMs);
  });
}

function fail(message: string): never {
  throw new Error(message);
}

function serviceYml(host: string, options: ServiceOptions): string {
  const { commitBlocks = 40, revealBlocks = 20, briefBlocks } = options;
  const brief = `
  ${briefKey}:
    price: { per_call: "1000" }
    commit_blocks: ${briefBlocks}
    reveal_blocks: ${revealBlocks}
`;
  return `
sid: sum-demo
version: "1.0.0"
http: { url: "http://${host}" }
author_share: "0.1"
tasks:
  sum:
    price: { per_call: "1000" }
    commit_blocks: ${commitBlocks}
    reveal_blocks: ${revealBlocks}${briefBlocks === undefined ? "" : brief}
`;
}
