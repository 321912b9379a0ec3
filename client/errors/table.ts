export type ErrorText = {
  /** What happened; names in braces are filled in. */
  readonly template: string;
  /** What to do when the place that raised it knows nothing better. */
  readonly hint: readonly string[];
  /** The page of `assay explain CODE`. */
  readonly docs: string;
};

/**
 * Every error that a person may meet, by code. A code is never used twice; a new one takes the next
 * number of its area. These codes never enter consensus: the chain has its own.
 */
export const errorTable = {
  E1001: {
    template: "no node answers",
    hint: [
      "npm start                           (a local network)",
      "--node http://HOST:26657            (another node)",
    ],
    docs: "The command talks to CometBFT's RPC of a node. None of the given addresses answered.",
  },
  E1101: {
    template: "Node {found} is too old: expected {needed} or later",
    hint: ["install a current Node, for instance from https://nodejs.org"],
    docs: "Assay uses functions that older versions of Node do not have.",
  },
  E1102: {
    template: "installing the dependencies failed; the log is {log}",
    hint: ["npm ci --ignore-scripts"],
    docs: "The packages of package-lock.json could not be installed. The last lines of the log say why; most often the registry cannot be reached or the disk is full.",
  },
  E1203: {
    template: "no CometBFT v0.38 binary found",
    hint: [
      "assay comet install                 (needs Go >= 1.22.11)",
      "COMETBFT=/path/to/cometbft assay start",
      "assay start --engine solo           (no CometBFT, development only)",
    ],
    docs: "Assay runs behind CometBFT and looks for it in this order: --cometbft or $COMETBFT, PATH, Go's bin folders, ~/.assay/bin. With Go it can build the program itself.",
  },
  E1204: {
    template: "{path} is CometBFT {version}: expected {expected}",
    hint: [
      "assay comet install                 (needs Go >= 1.22.11)",
      "COMETBFT=/path/to/cometbft assay start",
    ],
    docs: "Other lines of CometBFT speak another ABCI, and releases before 0.38.25 lack security fixes. 0.38.17 to 0.38.24 are taken by a localnet alone.",
  },
  E1205: {
    template: "{path} is not what was installed: expected sha256 {expected}, got {actual}",
    hint: ["remove it and run: assay comet install"],
    docs: "The checksum was recorded at the installation and is compared at every start. The program was replaced or damaged since.",
  },
  E1206: {
    template:
      "the solo engine does not run chain {chainId}: expected a name like x-local-1 or x-dev-1",
    hint: ["run it on CometBFT: assay start --engine comet"],
    docs: "The solo engine makes blocks without consensus, with keys that lie in the clear. It is for development, and only chains whose names say so may run on it.",
  },
  E1207: {
    template: "{path} was written with {owner}: it cannot go on with {engine}",
    hint: ["start it with the engine that wrote it (--engine)", "begin anew in another folder"],
    docs: "The blocks of a home lie in the store of the engine that made them. The other one would begin the chain again, at a height that the app has long passed.",
  },
  E1208: {
    template: "the solo engine runs one consensus validator, not {count}",
    hint: ["npm start -- --v 1", "npm start -- --engine comet   (needs CometBFT)"],
    docs: "The solo engine drives one app and has no peers. More validators need CometBFT.",
  },
  E1301: {
    template: "no native secp256k1 for {platform}",
    hint: ["npm rebuild secp256k1 --ignore-scripts=false   (needs a C++ compiler and Python)"],
    docs: "Signatures are verified by native code, prebuilt for linux-x64 (glibc, musl), darwin-arm64 and win32-x64. A slower library would let a node fall behind its network.",
  },
  E1302: {
    template: "no native BLS12-381 (@chainsafe/blst) for {platform}",
    hint: ["npm ci --ignore-scripts --include=optional"],
    docs: "The random beacon uses BLS signatures by native code. An installation without optional packages leaves it out.",
  },
  E1303: {
    template: "the beacon key of this node is not the one registered in genesis",
    hint: ["put back config/beacon_key.json of this validator"],
    docs: "A consensus validator adds to the random beacon with the key that genesis names. With another key every block that it proposes would be refused.",
  },
  E1401: {
    template: "home {path} is not empty",
    hint: ["choose another --home, or move the folder away"],
    docs: "Writing a new chain over an old one would lose its keys.",
  },
  E1402: {
    template: "home {path} is in use by {owner}",
    hint: ["stop the other node of this home"],
    docs: "Two processes on one home would sign twice and damage the data.",
  },
  E1403: {
    template: "app hash differs at height {height}: expected {expected}, got {actual}",
    hint: ["restore the home from a backup, or start anew and let it replay"],
    docs: "The stored state does not give the hash that was recorded with it: the data is damaged, or was written by another version.",
  },
  E1404: {
    template: "port {port} is taken by {owner}",
    hint: ["stop that process, or use --port-offset N"],
    docs: "Every node needs its own ports; node i of a localnet adds 10 times i.",
  },
  E1405: {
    template: "genesis has {count} faults: {faults}",
    hint: ["correct the genesis file; every node must have the same bytes"],
    docs: "All faults are listed at once. A chain that started with one of them could not be mended.",
  },
  E1406: {
    template: "socket {path} cannot be used: {fault}",
    hint: ["choose a shorter --home"],
    docs: "The application and CometBFT meet at a socket file in the home. Its path may take 107 bytes, and no other file may have its name.",
  },
  E1407: {
    template: "halted at height {height}: {error}",
    hint: ["assay start   once the cause is gone; no block may be skipped"],
    docs: "The node was restarted several times and reached no new height. The same block fails in the same way each time, so more restarts do not help.",
  },
  E1408: {
    template: "the log of {path} is out of order: {detail}",
    hint: ["restore the home from a backup, or begin it anew and let it replay"],
    docs: "Every record of the change-set log names the one before it. One is missing, doubled or moved.",
  },
  E1409: {
    template: "writing to {path} failed: {detail}",
    hint: ["free some space or mend the disk, then start the node again"],
    docs: "A block is committed only when it is on the disk. The node stopped before it could fall behind what it promised.",
  },
  E1410: {
    template: "height {height} is not kept any more",
    hint: ["choose a later height, or restore an older backup"],
    docs: "The log reaches back to the oldest snapshot that is kept.",
  },
  E1411: {
    template: "{path} was written with other stores: {detail}",
    hint: ["use the program version that wrote it"],
    docs: "The list of stores is part of the app hash: another one would be another chain.",
  },
  E1412: {
    template: "home {path} holds no chain",
    hint: ["assay init MONIKER --chain-id ID", "npm start   (a local network)"],
    docs: "A node needs a genesis file, keys and configuration before it can start.",
  },
  E1413: {
    template: "{path} holds another local network: expected {expected}, got {actual}",
    hint: ["npm start -- --reset   (the data of that network are lost)"],
    docs: "The number of consensus validators is written in the genesis file. A local network goes on only as it was begun.",
  },
  E1414: {
    template: "{path} is not the data of a local network",
    hint: ["move the folder away, or choose another --data"],
    docs: "Only folders with the marker of a local network are written to or deleted.",
  },
  E1415: {
    template: "no local network is running on {path}",
    hint: ["npm start"],
    docs: "The command talks to a network that npm start has started from the same folder.",
  },
  E1416: {
    template: "the local network has no {name}: it has {names}",
    hint: ["npx assay localnet status"],
    docs: "Consensus validators are node0, node1 and so on; executors are executor1, executor2 and so on.",
  },
  E1417: {
    template: "{name} did not start: {detail}",
    hint: ["look into the log that is named", "npm start -- --reset   begins anew"],
    docs: "A process of the local network ended, or did not answer in time.",
  },
  E1418: {
    template: "{path}: {field}: expected {expected}, got {actual}",
    hint: ["correct the file"],
    docs: "A field of config/app.toml has a value that the app cannot use.",
  },
  E1419: {
    template: "{path} is damaged: {detail}",
    hint: ["restore the home from a backup, or begin it anew and let it replay"],
    docs: "A checksum does not fit: the file was changed after it was written. Nothing of it is used.",
  },
  E1420: {
    template: "{path} belongs to another chain: {detail}",
    hint: ["use the home of this chain"],
    docs: "Every record carries the chain's digest.",
  },
  E1430: {
    template: "ASSAY_KILL_AT: expected {expected}, got {actual}",
    hint: ["unset ASSAY_KILL_AT"],
    docs: "Tests of this program let a node kill itself at a named point. Only chains whose id ends in -local-, -dev- or -test- and a number allow it.",
  },
  E1431: {
    template: "{path} cannot be used: {detail}",
    hint: [
      "make room on the disk, or give the folder to the user that runs the node; then start again",
    ],
    docs: "The state folder could not be read or prepared: the disk is full, read-only, or belongs to somebody else. Nothing was lost by it.",
  },
  E1432: {
    template: "verify-home found {count} faults in {path}",
    hint: ["assay verify-home   names each of them and what to do"],
    docs: "Every record, state snapshot, app hash, key file and the lock of the home were looked at; each fault is printed with its own code.",
  },
  E1433: {
    template: "{path} may be read by others: expected mode {expected}, got {actual}",
    hint: ["chmod 600 FILE"],
    docs: "Key files hold secrets. Whoever can read the consensus key can sign in the name of this validator.",
  },
  E1434: {
    template: "{key} stands in two homes: {path} and {other}",
    hint: ["keep it in one home; a consensus key that signs twice is slashed"],
    docs: "A copied home is the usual cause of double signing. Never start both.",
  },
  E1435: {
    template: "CometBFT could not roll back {path}: {detail}",
    hint: ["assay rollback   without --with-comet takes the app alone one block back"],
    docs: "The app's state went back already. CometBFT keeps a state of its own and said why it does not follow.",
  },
  E1436: {
    template: "home {path} has no state yet",
    hint: ["assay start   makes it"],
    docs: "The home has keys and a genesis file, and no node has run on it: there is nothing to roll back, export or verify.",
  },
  E1437: {
    template: "the executor's journal {path}: {detail}",
    hint: [
      "make room on the disk, or give the folder to the user that runs the executor; it tries again by itself",
      "a journal that is lost: start without it; salts come from the key, results from another run",
    ],
    docs: "Results, salts and signed posts are on the disk before they are acted on. While that fails nothing new is committed, so that no seat commits twice to different results; what was committed is revealed.",
  },
  E1438: {
    template: "the output could not be written: {detail}",
    hint: ["make room, or write it to another place"],
    docs: "What the command says did not reach the file that it goes to. What it did on the chain is done.",
  },
  E1439: {
    template: "halt-height: the node ends after block {height}, as config/app.toml asks",
    hint: [
      "put the next version in place, set halt-height = 0 in config/app.toml, then: assay start",
    ],
    docs: "That block is the last one of this version. A block after it may be decided already: the next version executes it.",
  },
  E1441: {
    template: "{count} of {checks} checks failed",
    hint: ["each line that begins with FAIL says what to do"],
    docs: "assay doctor looks at everything that a node needs, on the disk and, while the node runs, at its CometBFT and its app. A warning does not keep a node from running; a failure does, or will.",
  },
  E1442: {
    template: "home {path} has begun its chain: its genesis file may not change any more",
    hint: ["assay init MONIKER --overwrite   (a new chain; the old one and its keys are lost)"],
    docs: "Every node of a chain has the same genesis file. One that is changed after the first block belongs to another chain.",
  },
  E1443: {
    template:
      "this genesis is not the one that was announced: expected sha256 {expected}, got {actual}",
    hint: ["fetch the file again; every node of a chain must have the same bytes"],
    docs: "chain.json names the checksum of its genesis file, so that a node which got another one does not start on a chain of its own.",
  },
  E1501: {
    template: "keyring backend test is refused on {chainId}",
    hint: ["use --keyring-backend file"],
    docs: "The test keyring keeps keys unencrypted, which only a local chain may do.",
  },
  E1502: {
    template: "key {name} not found in the {backend} keyring: it has {names}",
    hint: ["assay keys list", "assay keys add NAME"],
    docs: "Each keyring backend has its own keys; --keyring-backend chooses one.",
  },
  E1503: {
    template: "key {name} cannot be opened: wrong passphrase, or a damaged file",
    hint: ["try again with the passphrase that the key was added with"],
    docs: "Keys of the file keyring are encrypted with scrypt and AES-256-GCM. Without the passphrase only the mnemonic brings a key back.",
  },
  E1504: {
    template: "the {backend} keyring needs a passphrase and there is nobody to ask",
    hint: ["--passphrase-file FILE", "--keyring-backend test   (local chains only)"],
    docs: "A passphrase comes from the terminal or from a file, never from the command line or the environment, where other programs can read it.",
  },
  E1505: {
    template: "key {name} exists already",
    hint: ["choose another name, or: assay keys delete NAME"],
    docs: "A key is never written over: its coins would be lost.",
  },
  E1506: {
    template: "secret file {path} can be read by others: expected mode 600, got {mode}",
    hint: ["chmod 600 FILE"],
    docs: "Whoever reads a key can sign with it. A node, an executor and the keyring refuse keys that other users of the machine can read.",
  },
  E1507: {
    template: "{path} cannot be opened: {detail}",
    hint: ["try again with the passphrase that it was exported with"],
    docs: "An armoured key is encrypted with scrypt and AES-256-GCM. A wrong passphrase and a changed file look the same.",
  },
  E3101: {
    template: "transaction refused: {codespace}/{code}: {text}",
    hint: ["correct the transaction and send it again; nothing was paid"],
    docs: "The node refused it before any block: CheckTx found the fault.",
  },
  E3102: {
    template: "transaction {hash} not found in {seconds} s",
    hint: ["assay query tx HASH"],
    docs: "It was accepted and may still come into a block. Ask for it before sending another.",
  },
  E3103: {
    template: "transaction {hash} failed in its block: {codespace}/{code}: {text}",
    hint: ["the fee is spent; correct the cause and send it again"],
    docs: "It came into a block and its messages were undone.",
  },
  E3104: {
    template: "type url {typeUrl} is not registered",
    hint: ["use the registry of getSigningAssayClient"],
    docs: "The client cannot encode a message whose type it does not know.",
  },
  E3201: {
    template: "too few eligible nodes for {service}: expected {needed}, got {eligible}",
    hint: ["ask for fewer validators, or wait until more nodes serve it"],
    docs: "A task needs enough bonded nodes that did not ask for it themselves.",
  },
  E3202: {
    template: "task {task}: no majority ({detail})",
    hint: ["assay task show ID"],
    docs: "The validators' results differ so much that none has the required majority.",
  },
  E3203: {
    template: "task {task} ended without a result: {detail}",
    hint: ["request the task again"],
    docs: "Too few of the assigned nodes answered within the window.",
  },
  E3301: {
    template: "{method} exists on the solo engine only: this node has no such method",
    hint: [
      "npm start -- --engine solo --data DIR        (a local network of its own)",
      "assay init MONIKER --engine solo --home DIR  (then: assay start --home DIR)",
    ],
    docs: "Time, blocks, faults and the way back to a snapshot (timeTravel of the client) are for tests on the solo engine, which is one process. On CometBFT several validators agree on each of these, and none can be told.",
  },
  E4011: {
    template: "{field}: expected {expected}, got {actual}",
    hint: ["correct the service file"],
    docs: "A value of the service file is not of the form that the chain accepts.",
  },
  E4103: {
    template: "{file}: hash differs: expected {expected}, got {actual}",
    hint: ["publish the artifact again, or fetch it from another place"],
    docs: "The bytes are not those that the release names.",
  },
  E5104: {
    template: "sample run too slow: expected at most {limit}, got {actual}",
    hint: ["use a faster machine, or do not serve this service"],
    docs: "A node that cannot answer within the service's window would be slashed for it.",
  },
  E9001: {
    template: "a bug of ours: {text}",
    hint: ["report this text with the command that you typed"],
    docs: "Something happened that should not. The state of the chain is not affected by a failing tool.",
  },
} as const satisfies Record<string, ErrorText>;

export type ErrorCode = keyof typeof errorTable;
