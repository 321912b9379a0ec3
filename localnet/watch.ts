import { statusWords } from "../cli/taskLife.ts";
import { isFinished, type AssayClient } from "../client/index.ts";
import { PageRequest } from "../proto/gen/cosmos/base/query/v1beta1/pagination.ts";

const everyMs = 1_000;
const newest = 10n;
const heightsEvery = 20n;

/** One plain line for each task that ends, and now and then the height; an idle network is silent. */
export class Watch {
  readonly #client: AssayClient;
  readonly #line: (text: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #seen: bigint;
  #height = 0n;

  constructor(client: AssayClient, seen: bigint, line: (text: string) => void) {
    this.#client = client;
    this.#seen = seen;
    this.#line = line;
  }

  start(): void {
    const look = (): void => {
      // A node that is killed and comes back is no event of its own.
      const again = (): void => {
        if (!this.#stopped) this.#timer = setTimeout(look, everyMs);
      };
      this.#look().then(again, again);
    };
    this.#timer = setTimeout(look, everyMs);
  }

  /** A look that is on its way is the last one. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const pagination = PageRequest.fromPartial({ limit: newest, reverse: true });
    const { tasks } = await this.#client.tasks.tasks({ pagination });
    // In order of their numbers, up to the first that is still open.
    const fresh = tasks.filter(({ id }) => id > this.#seen).sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const task of fresh) {
      if (!isFinished(task)) break;
      const word = statusWords[task.status].toUpperCase();
      this.#line(
        `height ${task.tallyHeight}   task ${task.id}   ${task.service} ${task.taskKey}   ${word}`,
      );
      this.#seen = task.id;
    }
    const height = await this.#client.height();
    if (height < this.#height + heightsEvery && this.#height > 0n) return;
    if (this.#height > 0n) this.#line(`height ${height}`);
    this.#height = height;
  }
}
