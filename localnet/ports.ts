import { portsFrom } from "../cli/supervise/config.ts";

const firstExecutorMetrics = 26_662;
const demoPort = 8_700;

export type NodePorts = {
  readonly p2p: number;
  readonly rpc: number;
  readonly metrics: number;
  readonly app: number;
};

/** Ports of consensus validator i (CONVENTIONS 2.5: node i adds 10 times i). */
export function nodePorts(index: number, offset: number): NodePorts {
  return portsFrom(10 * index + offset);
}

export const rpcUrl = (index: number, offset: number): string =>
  `http://127.0.0.1:${nodePorts(index, offset).rpc}`;

/** Metrics of executor i, counted from 1. */
export const executorMetricsPort = (index: number, offset: number): number =>
  firstExecutorMetrics + 10 * (index - 1) + offset;

export const demoServerPort = (offset: number): number => demoPort + offset;

export { requireFree } from "../cli/home/freePorts.ts";
