/** NODE_OPTIONS of a Node that has no WebAssembly. V8's --jitless has none either, but says so on stdout. */
export const withoutWebAssembly = "--import=data:text/javascript,delete%20globalThis.WebAssembly";
