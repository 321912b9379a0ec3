import { createHash } from "node:crypto";
import { bytesFromKey } from "../../core/bytes.ts";
import type { StoreKey } from "../../core/store/kv.ts";

/** A node object that nobody shares rules with: the tree of core/store is checked against this one. */
type Node = {
  readonly key: StoreKey;
  readonly value: Uint8Array | undefined;
  readonly left: Node | undefined;
  readonly right: Node | undefined;
  readonly height: number;
  readonly size: number;
  version: number;
};

function leaf(key: StoreKey, value: Uint8Array): Node {
  return { key, value, left: undefined, right: undefined, height: 0, size: 1, version: 0 };
}

function join(key: StoreKey, left: Node, right: Node): Node {
  const height = Math.max(left.height, right.height) + 1;
  return { key, value: undefined, left, right, height, size: left.size + right.size, version: 0 };
}

function children(node: Node): [Node, Node] {
  if (node.left === undefined || node.right === undefined) throw new Error("not an inner node");
  return [node.left, node.right];
}

function lean(node: Node): number {
  if (node.height === 0) return 0;
  const [left, right] = children(node);
  return left.height - right.height;
}

function rotateRight(node: Node): Node {
  const [left, right] = children(node);
  const [outer, middle] = children(left);
  return join(left.key, outer, join(node.key, middle, right));
}

function rotateLeft(node: Node): Node {
  const [left, right] = children(node);
  const [middle, outer] = children(right);
  return join(right.key, join(node.key, left, middle), outer);
}

function balance(node: Node): Node {
  const [left, right] = children(node);
  if (lean(node) > 1) {
    return lean(left) >= 0
      ? rotateRight(node)
      : rotateRight(join(node.key, rotateLeft(left), right));
  }
  if (lean(node) < -1) {
    return lean(right) <= 0
      ? rotateLeft(node)
      : rotateLeft(join(node.key, left, rotateRight(right)));
  }
  return node;
}

function insert(node: Node, key: StoreKey, value: Uint8Array): [Node, updated: boolean] {
  if (node.height === 0) {
    if (key === node.key) return [leaf(key, value), true];
    const added = leaf(key, value);
    return [key < node.key ? join(node.key, added, node) : join(key, node, added), false];
  }
  const [left, right] = children(node);
  const toLeft = key < node.key;
  const [child, updated] = insert(toLeft ? left : right, key, value);
  const copy = toLeft ? join(node.key, child, right) : join(node.key, left, child);
  return [updated ? copy : balance(copy), updated];
}

type Removal = { readonly node: Node | undefined; readonly newKey: StoreKey | undefined };

function without(node: Node, key: StoreKey): Removal | undefined {
  if (node.height === 0)
    return node.key === key ? { node: undefined, newKey: undefined } : undefined;
  const [left, right] = children(node);
  if (key < node.key) {
    const removed = without(left, key);
    if (removed === undefined) return undefined;
    if (removed.node === undefined) return { node: right, newKey: node.key };
    return { node: balance(join(node.key, removed.node, right)), newKey: removed.newKey };
  }
  const removed = without(right, key);
  if (removed === undefined) return undefined;
  if (removed.node === undefined) return { node: left, newKey: undefined };
  const copy = join(removed.newKey ?? node.key, left, removed.node);
  return { node: balance(copy), newKey: undefined };
}

function uvarint(value: bigint): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  return Buffer.from(out);
}

function varint(value: number): Buffer {
  return uvarint(BigInt(value) * 2n);
}

function sha256(...parts: Uint8Array[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function save(node: Node, version: number): Buffer {
  if (node.version === 0) node.version = version;
  const made = varint(node.version);
  if (node.value !== undefined) {
    const key = bytesFromKey(node.key);
    const length = uvarint(BigInt(key.length));
    const value = sha256(node.value);
    return sha256(varint(0), varint(1), made, length, key, Buffer.from([32]), value);
  }
  const [left, right] = children(node);
  const sides = [left, right].flatMap((side) => [Buffer.from([32]), save(side, version)]);
  return sha256(varint(node.height), varint(node.size), made, ...sides);
}

/** IAVL v1 by the book: recursive, nodes never changed, every hash computed anew at every save. */
export class NaiveIavl {
  root: Node | undefined;
  #saved: Node | undefined;

  set(key: StoreKey, value: Uint8Array): void {
    this.root = this.root === undefined ? leaf(key, value) : insert(this.root, key, value)[0];
  }

  remove(key: StoreKey): boolean {
    const removed = this.root === undefined ? undefined : without(this.root, key);
    if (removed !== undefined) this.root = removed.node;
    return removed !== undefined;
  }

  save(version: number): Uint8Array {
    this.#saved = this.root;
    return new Uint8Array(this.root === undefined ? sha256() : save(this.root, version));
  }

  discard(): void {
    this.root = this.#saved;
  }
}
