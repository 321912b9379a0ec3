/** Where the lines of a run go. */
export type Report = {
  /** Runs one step of the start and shows its text with the time that it took. */
  step<T>(name: string, run: () => Promise<{ text: string; value: T }>): Promise<T>;
  line(text: string): void;
};

const nameWidth = 17;
const textWidth = 50;

/** The look of every line: "  ok  name             text                 1.2 s". */
export function stepLine(mark: string, name: string, text: string, seconds: number): string {
  const time = `${seconds.toFixed(1)} s`.padStart(7);
  return `  ${mark.padEnd(4)}${name.padEnd(nameWidth)}${text.padEnd(textWidth)} ${time}`;
}

export function makeReport(stream: NodeJS.WriteStream, redraw: boolean): Report {
  // A reader that goes away (| head) must not end the network without its farewell.
  stream.on("error", () => undefined);
  const line = (text: string): void => void stream.write(`${text}\n`);
  return {
    line,
    async step(name, run) {
      const started = performance.now();
      const pending = (): void => {
        const seconds = Math.round((performance.now() - started) / 1000);
        stream.write(`\r  ..  ${name}${seconds > 0 ? `   ${seconds} s` : ""}`);
      };
      const timer = redraw ? setInterval(pending, 1000) : undefined;
      if (redraw) pending();
      const clear = (): void => {
        clearInterval(timer);
        if (redraw) stream.write("\r\u001b[K");
      };
      try {
        const { text, value } = await run();
        clear();
        line(stepLine("ok", name, text, (performance.now() - started) / 1000));
        return value;
      } catch (error) {
        clear();
        line(`  FAIL  ${name}`);
        throw error;
      }
    },
  };
}
