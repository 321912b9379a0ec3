import { errors } from "./errors.ts";
import { checkRange, limits, refuse } from "./limits.ts";
import { isPlainText } from "./names.ts";
import { Compare, type TaskDefinition } from "./types.ts";

/** One task of a definition, without its key and the bond behind it. */
export function checkTask(task: TaskDefinition): void {
  const at = (field: string): string => `${task.key}.${field}`;
  checkCompare(task);
  checkRange(at("max_input"), task.maxInput, 0, limits.payload);
  checkRange(at("max_output"), task.maxOutput, 1, limits.payload);
  checkRange(at("commit_blocks"), task.commitBlocks, ...limits.commitBlocks);
  checkRange(at("reveal_blocks"), task.revealBlocks, ...limits.revealBlocks);
  checkRange(at("min_validators"), task.minValidators, 0, limits.validators);
  if (!isPlainText(task.runtimeClass, limits.runtimeClass)) {
    const expected = `at most ${limits.runtimeClass} printable ASCII characters`;
    refuse(at("runtime_class"), expected, `"${task.runtimeClass}"`);
  }
}

function checkCompare(task: TaskDefinition): void {
  const { key, compare, fields, verifyTask } = task;
  if (compare === Compare.COMPARE_TOLERANCE || compare === Compare.COMPARE_VERDICT) {
    throw errors.notServed(
      `${key}.compare: expected 1 (EXACT) or 2 (FIELDS), got ${compare}: not served by this version`,
    );
  }
  if (compare !== Compare.COMPARE_EXACT && compare !== Compare.COMPARE_FIELDS) {
    refuse(`${key}.compare`, "1 (EXACT) or 2 (FIELDS)", compare);
  }
  if (verifyTask !== "") refuse(`${key}.verify_task`, "none for this compare", `"${verifyTask}"`);
  const most = compare === Compare.COMPARE_FIELDS ? limits.fields : 0;
  checkRange(`${key}.fields`, fields.length, Math.min(most, 1), most);
  for (const [i, pointer] of fields.entries()) {
    if (!isJsonPointer(pointer)) refuse(`${key}.fields`, "JSON pointers", `"${pointer}"`);
    if (fields.indexOf(pointer) !== i) refuse(`${key}.fields`, "each once", `"${pointer}" twice`);
  }
}

/** RFC 6901: empty, or parts that begin with "/", where "~" is followed by 0 or 1. */
export function isJsonPointer(text: string): boolean {
  if (text === "") return true;
  if (text.length > limits.pointer || text.charAt(0) !== "/") return false;
  for (let at = text.indexOf("~"); at >= 0; at = text.indexOf("~", at + 1)) {
    const next = text.charAt(at + 1);
    if (next !== "0" && next !== "1") return false;
  }
  return true;
}
