import type { Event, EventAttribute } from "../../core/events.ts";

// The SDK's own events of a transaction (WIRE.md 9); index = true only on what clients search.

const plain = (key: string, value: string): EventAttribute => ({ key, value, index: false });
const searched = (key: string, value: string): EventAttribute => ({ key, value, index: true });

export function messageSender(sender: string): Event {
  return { type: "message", attributes: [searched("sender", sender)] };
}

export function txFee(fee: string, payer: string): Event {
  return { type: "tx", attributes: [plain("fee", fee), plain("fee_payer", payer)] };
}

export function txSequence(address: string, sequence: bigint): Event {
  return { type: "tx", attributes: [searched("acc_seq", `${address}/${sequence}`)] };
}

export function txSignature(signature: string): Event {
  return { type: "tx", attributes: [plain("signature", signature)] };
}

/**
 * An event that names only this sender is not searched: the message event with the action is found by it. Each entry of
 * CometBFT's index costs more than the event itself (ADR 0025).
 */
export function withoutSender(events: readonly Event[], sender: string): Event[] {
  return events.map((event) => {
    const [only, more] = event.attributes;
    if (event.type !== "message" || more !== undefined || only?.value !== sender) return event;
    return { type: event.type, attributes: [plain(only.key, sender)] };
  });
}

/** What message i did: the SDK's message event first, each event closed by the message's index. */
export function messageEvents(
  typeUrl: string,
  sender: string,
  index: number,
  own: readonly Event[],
): Event[] {
  const attributes = [searched("action", typeUrl), searched("sender", sender)];
  const named = own.some((event) => event.attributes.some(({ key }) => key === "module"));
  const module = typeUrl.split(".")[1] ?? "";
  if (!named && module !== "") attributes.push(searched("module", module));
  return [{ type: "message", attributes }, ...withoutSender(own, sender)].map((event) =>
    closed(event, plain("msg_index", String(index))),
  );
}

export function withMode(event: Event, mode: "BeginBlock" | "EndBlock"): Event {
  return closed(event, plain("mode", mode));
}

function closed({ type, attributes }: Event, last: EventAttribute): Event {
  return { type, attributes: [...attributes, last] };
}
