import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { verifyDb, type Check } from "../db/index.ts";
import { openHome } from "./homeState.ts";

const secrets = ["priv_validator_key.json", "node_key.json", "beacon_key.json"];

function modeOf(home: string, file: string): Check {
  const what = relative(home, file);
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) === 0) return { what, detail: `mode ${mode.toString(8)}` };
  const detail = `may be read by others: expected mode 600, got ${mode.toString(8)}`;
  return { what, detail, fault: { code: "E1433", fix: [`chmod 600 ${file}`] } };
}

/** Key files of the home, of keyrings too. */
function secretFiles(home: string): string[] {
  const config = secrets
    .map((name) => join(home, "config", name))
    .filter((file) => existsSync(file));
  const rings = readdirSync(home).filter((name) => name.startsWith("keyring-"));
  const inRings = rings.flatMap((ring) =>
    readdirSync(join(home, ring)).map((name) => join(home, ring, name)),
  );
  return [...config, ...inRings.filter((file) => statSync(file).isFile())];
}

function publicKeyOf(home: string): string | undefined {
  const file = join(home, "config", "priv_validator_key.json");
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { pub_key: { value: string } }).pub_key.value;
  } catch {
    return undefined; // not a key file: nobody can sign with it
  }
}

/** A copied home would sign twice; copies usually stand beside the original. */
function usedOnce(home: string): Check {
  const what = "consensus key";
  const key = publicKeyOf(home);
  if (key === undefined) return { what, detail: "none: this node never signs" };
  const beside = readdirSync(dirname(home), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dirname(home), name));
  const other = beside.find((one) => one !== home && publicKeyOf(one) === key);
  if (other === undefined) return { what, detail: `in no other home of ${dirname(home)}` };
  const fix = [`keep one of ${home} and ${other}, and never start both`];
  return { what, detail: `stands in ${other} too`, fault: { code: "E1434", fix } };
}

/** Everything of a home that can be checked while its node stands still. */
export function verifyHome(home: string): Check[] {
  const { dir, genesis, options } = openHome(home);
  return [
    { what: "genesis", detail: genesis.chain_id },
    ...secretFiles(home).map((file) => modeOf(home, file)),
    usedOnce(home),
    ...verifyDb(dir, options),
  ];
}
