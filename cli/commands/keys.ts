import { fromBech32 } from "@cosmjs/encoding";
import fs from "node:fs";
import { userError } from "../../client/index.ts";
import {
  isMnemonic,
  newMnemonic,
  requireBackendAllowed,
  type KeyInfo,
} from "../../client/keyring/keyring.ts";
import { armor, isArmored, unarmor } from "../../client/keyring/armor.ts";
import { readPassphraseFile, requirePrivate } from "../../client/keyring/secretFile.ts";
import { askHidden } from "../askHidden.ts";
import type { CliContext } from "../context.ts";
import type { Register } from "../register.ts";

type AddFlags = {
  recover?: boolean;
  source?: string;
  index?: string;
  account?: string;
  coinType?: string;
  showMnemonic?: boolean;
};

type ExportFlags = { armorPassphraseFile?: string; unarmoredHex?: boolean };

export const register: Register = (program, context) => {
  const keys = program.command("keys").description("keys of this home's keyring");
  keys
    .command("add <name>")
    .description("make a key, or bring one back from its mnemonic")
    .option("--recover", "read the mnemonic from the terminal or from --source")
    .option("--source <file>", "file that holds the mnemonic")
    .option("--index <n>", "last index of the HD path")
    .option("--account <n>", "account of the HD path")
    .option("--coin-type <n>", "coin type of the HD path (default 118)")
    .option("--show-mnemonic", "print the mnemonic even when the output is no terminal")
    .action((name: string, flags: AddFlags) => add(context(), name, flags));
  keys
    .command("list")
    .description("names and addresses")
    .action(() => {
      const cli = context();
      const list = cli.keyring().list();
      if (cli.options.output === "json") return cli.out(JSON.stringify(list));
      for (const key of list) showKey(cli, key);
    });
  keys
    .command("show <name>")
    .description("one key")
    .option("-a, --address", "the address alone")
    .action((name: string, flags: { address?: boolean }) => {
      const key = context().keyring().get(name);
      if (flags.address === true) context().out(key.address);
      else showKey(context(), key);
    });
  keys
    .command("delete <name>")
    .description("remove a key; only its mnemonic brings it back")
    .action((name: string) => context().keyring().delete(name));
  keys
    .command("rename <from> <to>")
    .description("rename a key")
    .action((from: string, to: string) => showKey(context(), context().keyring().rename(from, to)));
  keys
    .command("export <name>")
    .description("print the private key, encrypted under a passphrase of its own")
    .option("--armor-passphrase-file <file>", "that passphrase (default: asked for)")
    .option("--unarmored-hex", "print the bare secret in hex instead; needs --unsafe")
    .action((name: string, flags: ExportFlags) => exportKey(context(), name, flags));
  keys
    .command("import <name> <file>")
    .description("add a private key: a file of assay keys export, or of 64 hex digits")
    .option("--armor-passphrase-file <file>", "passphrase of the exported key (default: asked for)")
    .action((name: string, file: string, flags: ExportFlags) =>
      importKey(context(), name, file, flags),
    );
  keys
    .command("mnemonic")
    .description("print a new mnemonic")
    .action(() => context().out(newMnemonic()));
  keys
    .command("parse <address>")
    .description("an address as hex, or hex as nothing else")
    .action((address: string) => {
      const { prefix, data } = fromBech32(address, 90);
      context().out(`prefix: ${prefix}\nbytes: ${Buffer.from(data).toString("hex")}`);
    });
};

function exportKey(cli: CliContext, name: string, flags: ExportFlags): void {
  if (flags.unarmoredHex === true) {
    if (!cli.options.unsafe) {
      const actual = "--unarmored-hex alone";
      throw userError("E4011", { field: "keys export", expected: "also --unsafe", actual });
    }
    return cli.out(Buffer.from(cli.keyring().privateKey(name)).toString("hex"));
  }
  const secret = cli.keyring().privateKey(name);
  cli.out(armor(secret, armorPassphrase(flags, true)).trimEnd());
}

async function importKey(
  cli: CliContext,
  name: string,
  file: string,
  flags: ExportFlags,
): Promise<void> {
  const text = fs.readFileSync(file, "utf8").trim();
  if (isArmored(text)) {
    const secret = unarmor(text, armorPassphrase(flags, false));
    if (secret === undefined) {
      throw userError("E1507", { path: file, detail: "wrong passphrase, or a damaged file" });
    }
    return showKey(cli, await cli.keyring().addPrivateKey(name, secret));
  }
  if (!/^[0-9a-fA-F]{64}$/.test(text)) {
    const expected = "a key of assay keys export, or 64 hex digits";
    throw userError("E4011", { field: file, expected, actual: "something else" });
  }
  requirePrivate(file);
  showKey(cli, await cli.keyring().addPrivateKey(name, Buffer.from(text, "hex")));
}

function armorPassphrase({ armorPassphraseFile: file }: ExportFlags, twice: boolean): string {
  if (file !== undefined) return readPassphraseFile(file);
  const first = askHidden("passphrase of the exported key: ");
  if (first === undefined || first === "") {
    const fix = ["--armor-passphrase-file FILE"];
    throw userError("E1504", { backend: "exported" }, { fix });
  }
  if (!twice || askHidden("the same again: ") === first) return first;
  throw userError("E4011", { field: "passphrase", expected: "the same twice", actual: "another" });
}

async function add(cli: CliContext, name: string, flags: AddFlags): Promise<void> {
  if (cli.options.chainId !== undefined)
    requireBackendAllowed(cli.options.keyringBackend, cli.options.chainId, cli.options.unsafe);
  const mnemonic = flags.recover === true ? readMnemonic(flags.source) : newMnemonic();
  const key = await cli.keyring().addMnemonic(name, mnemonic, {
    index: Number(flags.index ?? 0),
    account: Number(flags.account ?? 0),
    coinType: Number(flags.coinType ?? 118),
  });
  showKey(cli, key);
  if (flags.recover === true) return;
  if (cli.isTty || flags.showMnemonic === true) {
    cli.err("\nWrite this down and keep it: it is the only way to bring the key back.\n");
    cli.out(mnemonic);
  } else {
    cli.err("the mnemonic is shown on a terminal only; with --show-mnemonic also here");
  }
}

function readMnemonic(source: string | undefined): string {
  const text = fs
    .readFileSync(source ?? 0, "utf8")
    .trim()
    .split(/\s+/)
    .join(" ");
  if (!isMnemonic(text))
    throw userError("E4011", {
      field: "mnemonic",
      expected: "12 to 24 words of BIP-39",
      actual: "something else",
    });
  return text;
}

function showKey(cli: CliContext, key: KeyInfo): void {
  if (cli.options.output === "json") cli.out(JSON.stringify(key));
  else cli.out(`${key.name.padEnd(16)} ${key.address}`);
}
