import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Command } from "../../cli/supervise/child.ts";
import type { Placement } from "./network.ts";

const run = promisify(execFile);

/** What a narrow line takes at once. */
export const burstBytes = 5_000;

/** nft's chain for what a namespace receives; a fault is a list of rules in it. */
const chain = "inet lab in";

/**
 * One network namespace per machine, joined by a bridge in a namespace of its own; this process reaches all of them by
 * one more cable. Addresses are of 198.18.0.0/15, which is kept for tests of networks. Everything ends with remove().
 */
export class NetLab implements Placement {
  readonly size: number;
  readonly #id = process.pid.toString(36);
  readonly #subnet: string;
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), "assay-lab-"));
  readonly #made: string[] = [];

  private constructor(size: number, subnet: string) {
    this.size = size;
    this.#subnet = subnet;
  }

  /** Why no such network can be had here; undefined when it can. */
  static async refusal(): Promise<string | undefined> {
    if (process.platform !== "linux") return `no network namespaces on ${process.platform}`;
    if (process.getuid?.() !== 0) return "network namespaces need root";
    let lab: NetLab | undefined;
    try {
      lab = await NetLab.create(1);
      await lab.drop(0, lossRule(1));
      await lab.narrow(0, "1mbit");
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      return `no network namespaces with nft and tbf: ${message.split("\n").slice(0, 2).join(" ")}`;
    } finally {
      await lab?.remove();
    }
  }

  static async create(size: number): Promise<NetLab> {
    const lab = new NetLab(size, await freeSubnet());
    try {
      await lab.#build();
      return lab;
    } catch (error) {
      await lab.remove();
      throw error;
    }
  }

  get #hub(): string {
    return `assay-${this.#id}-hub`;
  }

  name(index: number): string {
    return `assay-${this.#id}-n${index}`;
  }

  host(index: number): string {
    return `${this.#subnet}.${index + 1}`;
  }

  get gateway(): string {
    return `${this.#subnet}.254`;
  }

  command(index: number, { command, args, env }: Command): Command {
    const inside = { command: "ip", args: ["netns", "exec", this.name(index), command, ...args] };
    return env === undefined ? inside : { ...inside, env };
  }

  /** What an address answers to somebody on the machine itself, whom no cable concerns. */
  async ask(index: number, url: string): Promise<string> {
    const script = "process.stdout.write(await (await fetch(process.argv[1])).text())";
    const args = ["--input-type=module", "-e", script, url];
    const inside = ["netns", "exec", this.name(index), process.execPath, ...args];
    return (await run("ip", inside, { timeout: 20_000, maxBuffer: 16_777_216 })).stdout;
  }

  /** A program that starts another one inside: the supervisor gives CometBFT's arguments itself. */
  wrapped(index: number, program: string): string {
    const file = path.join(this.#folder, `n${index}.sh`);
    const line = `exec ip netns exec ${this.name(index)} ${JSON.stringify(program)} "$@"`;
    fs.writeFileSync(file, `#!/bin/sh\n${line}\n`, { mode: 0o700 });
    return file;
  }

  async #build(): Promise<void> {
    await this.#namespace(this.#hub);
    await this.#in(this.#hub, "ip", "link", "add", "br0", "type", "bridge");
    await this.#in(this.#hub, "ip", "link", "set", "br0", "up");
    for (let index = 0; index < this.size; index++) {
      const name = this.name(index);
      await this.#namespace(name);
      await this.#plug(`n${index}`, ["netns", name]);
      await this.#in(name, "ip", "addr", "add", `${this.host(index)}/24`, "dev", "eth0");
      await this.#in(name, "ip", "link", "set", "eth0", "up");
      await this.#in(name, "nft", "add", "table", "inet", "lab");
      const hook = "{ type filter hook input priority 0 ; }";
      await this.#in(name, "nft", `add chain ${chain} ${hook}`);
      // A connection that met a fault tries again within a second, or every test would wait for its back-off.
      const patience = "net.ipv4.tcp_rto_max_ms=1000";
      await this.#in(name, "sysctl", "-qw", patience).catch(() => undefined);
    }
    await this.#plug("host", ["name", this.#hostEnd]);
    await run("ip", ["addr", "add", `${this.gateway}/24`, "dev", this.#hostEnd]);
    await run("ip", ["link", "set", this.#hostEnd, "up"]);
  }

  get #hostEnd(): string {
    return `as${this.#id}`;
  }

  async #namespace(name: string): Promise<void> {
    await run("ip", ["netns", "add", name]);
    this.#made.push(name);
    await this.#in(name, "ip", "link", "set", "lo", "up");
  }

  /** A cable from the bridge to a namespace, or into this process's own. */
  async #plug(port: string, [where, name]: readonly ["netns" | "name", string]): Promise<void> {
    const end = where === "netns" ? ["eth0", "netns", name] : [name, "netns", String(process.pid)];
    const cable = ["link", "add", port, "type", "veth", "peer", "name", ...end];
    await this.#in(this.#hub, "ip", ...cable);
    await this.#in(this.#hub, "ip", "link", "set", port, "master", "br0", "up");
  }

  async #in(name: string, command: string, ...args: readonly string[]): Promise<void> {
    await run("ip", ["netns", "exec", name, command, ...args]);
  }

  /** The node receives nothing that the rule takes, until heal(). */
  async drop(index: number, rule: string): Promise<void> {
    await this.#in(this.name(index), "nft", `add rule ${chain} ${rule} counter drop`);
  }

  /** Every packet to any node is lost with this probability, those of clients too. */
  async lose(percent: number): Promise<void> {
    await this.#all((index) => this.drop(index, lossRule(percent)));
  }

  /** Nodes of different groups cannot hear each other; clients reach all. */
  async partition(...groups: readonly (readonly number[])[]): Promise<void> {
    for (const group of groups) {
      const others = groups.flat().filter((index) => !group.includes(index));
      for (const index of group) for (const from of others) await this.deafen(index, from);
    }
  }

  /** `index` does not hear `from`, which may still hear `index`. */
  async deafen(index: number, from: number): Promise<void> {
    await this.drop(index, `iifname != "lo" ip saddr ${this.host(from)}`);
  }

  async link(index: number, state: "up" | "down"): Promise<void> {
    await this.#in(this.#hub, "ip", "link", "set", `n${index}`, state);
  }

  /** What the node sends waits in a queue of this rate: nft cannot delay, and netem is not everywhere. */
  async narrow(index: number, rate: string): Promise<void> {
    const limits = ["tbf", "rate", rate, "burst", `${burstBytes}b`, "latency", "2s"];
    await this.#in(this.name(index), "tc", "qdisc", "replace", "dev", "eth0", "root", ...limits);
  }

  /** Packets that each rule of this fault took so far. */
  async drops(): Promise<number[]> {
    const packets: number[] = [];
    await this.#all(async (index) => {
      const list = ["netns", "exec", this.name(index), "nft", "list", "table", "inet", "lab"];
      const { stdout } = await run("ip", list);
      for (const [, count] of stdout.matchAll(/counter packets (\d+)/g))
        packets.push(Number(count));
    });
    return packets;
  }

  /** How often the queue of a narrow line had a packet that had to wait for the rate; the kernel's count. */
  async waits(index: number): Promise<number> {
    const show = ["-s", "-j", "qdisc", "show", "dev", "eth0"];
    const { stdout } = await run("ip", ["netns", "exec", this.name(index), "tc", ...show]);
    const queues = JSON.parse(stdout) as { kind: string; overlimits: number }[];
    const queue = queues.find(({ kind }) => kind === "tbf");
    if (queue === undefined) throw new Error(`n${index}: expected a narrow line, got ${stdout}`);
    return queue.overlimits;
  }

  /** Every cable is whole again. */
  async heal(): Promise<void> {
    await this.#all(async (index) => {
      await this.#in(this.name(index), "nft", "flush", "chain", ...chain.split(" "));
      await this.link(index, "up");
      const remove = ["qdisc", "del", "dev", "eth0", "root"];
      await this.#in(this.name(index), "tc", ...remove).catch(() => undefined);
    });
  }

  async remove(): Promise<void> {
    // The cables go with the namespaces that hold their ends.
    for (const name of this.#made.splice(0)) await run("ip", ["netns", "del", name]);
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  async #all(step: (index: number) => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: this.size }, (_, index) => step(index)));
  }
}

const lossRule = (percent: number): string => `iifname != "lo" numgen random mod 100 < ${percent}`;

async function freeSubnet(): Promise<string> {
  const { stdout } = await run("ip", ["-o", "addr"]);
  for (let tries = 0; tries < 100; tries++) {
    const subnet = `198.18.${Math.floor(Math.random() * 256)}`;
    if (!stdout.includes(`${subnet}.`)) return subnet;
  }
  throw new Error("no free subnet for a network of namespaces");
}
