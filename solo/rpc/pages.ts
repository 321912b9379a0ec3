import { internal } from "./errors.ts";
import type { Params } from "./params.ts";

const usualPage = 30;
const longestPage = 100;

/** One page of a list, counted from 1. */
export function pageOf<T>(items: readonly T[], params: Params): { readonly items: readonly T[] } {
  const asked = Number(params.integer("per_page") ?? 0n);
  const perPage = asked < 1 ? usualPage : Math.min(asked, longestPage);
  const pages = Math.max(1, Math.ceil(items.length / perPage));
  const page = Number(params.integer("page") ?? 1n);
  if (page < 1 || page > pages) {
    throw internal(`page should be within [1, ${pages}] range, given ${page}`);
  }
  return { items: items.slice((page - 1) * perPage, page * perPage) };
}
