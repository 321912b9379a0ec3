import path from "node:path";
import { loadManifest } from "../../client/manifest/file.ts";
import { toHex } from "../../core/bytes.ts";
import { Definition } from "../../proto/gen/assay/registry/v1/registry.ts";
import { definitionHash, definitionOf } from "../../client/manifest/release.ts";
import type { CliContext } from "../context.ts";
import type { Register } from "../register.ts";
import { publishService } from "../service/publish.ts";
import { requireFrom, type TxFlags } from "../txFlags.ts";

export const register: Register = (program, context) => {
  const service = program.command("service").description("services of your own");
  service
    .command("validate [dir]")
    .description("check service.yml")
    .action((dir = ".") => {
      const manifest = loadManifest(path.join(dir, "service.yml"));
      context().out(
        `ok  ${manifest.sid}@${manifest.version}  ${manifest.tasks.map(({ key }) => key).join(", ")}`,
      );
    });
  service
    .command("publish [dir]")
    .description("sign and publish the release that service.yml describes")
    .option("--from <name>", "key of the author")
    .option("--username <name>", "username to register when the author has none")
    .option("--dry-run", "print what would be published; nothing is sent")
    .option("-y, --yes", "never asked: accepted for scripts")
    .action((dir = ".", flags: TxFlags & { username?: string }) =>
      publish(context(), path.join(dir, "service.yml"), flags),
    );
};

async function publish(
  cli: CliContext,
  file: string,
  flags: TxFlags & { username?: string },
): Promise<void> {
  if (flags.dryRun === true) {
    const manifest = loadManifest(file);
    const definition = definitionOf(manifest);
    const size = Definition.encode(definition).finish().length;
    const hash = toHex(definitionHash(definition)).slice(0, 8);
    return cli.out(
      `${manifest.sid}@${manifest.version}   definition sha256:${hash}… (${size} B on chain)   nothing was sent`,
    );
  }
  const from = requireFrom(flags);
  const client = await cli.connect(from);
  const { manifest, outcome, registered } = await publishService(
    client,
    cli.keyring().privateKey(from),
    file,
    flags.username,
  );
  for (const one of registered) cli.err(`==> registered ${one}`);
  if (outcome === undefined)
    return cli.out(`${manifest.sid}@${manifest.version} was published before: nothing to do`);
  cli.err(`==> tx ${outcome.hash.slice(0, 8)}…  included  height ${outcome.height}`);
  cli.out(`published ${manifest.sid}@${manifest.version}   signer ${client.sender.address}`);
  cli.err(
    `serve it: assay executor setup --service ${manifest.sid}@${manifest.version} --stake 10ASSAY --commit 1d --from NAME`,
  );
}
