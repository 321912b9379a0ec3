// `<` compares UTF-16 units, which is another order than UTF-8 bytes (THREATS D8).
// A store key is a string of bytes, one char each: there both orders are the same.
const comparisons = new Set(["<", "<=", ">", ">="]);

function isString(checker, type) {
  if (type.isUnion()) return type.types.some((part) => isString(checker, part));
  if (type.isIntersection()) return type.types.some((part) => isString(checker, part));
  return checker.typeToString(checker.getBaseTypeOfLiteralType(type)) === "string";
}

export const noStringOrder = {
  meta: {
    type: "problem",
    schema: [{ type: "object", properties: { allow: { type: "array" } } }],
    messages: { order: "Strings are ordered by compareBytes, never by `{{operator}}`." },
  },
  create(context) {
    const { parserServices } = context.sourceCode;
    const checker = parserServices.program.getTypeChecker();
    const allowed = context.options[0]?.allow ?? [];
    const isRestricted = (node) => {
      const type = checker.getTypeAtLocation(parserServices.esTreeNodeToTSNodeMap.get(node));
      const name = checker.typeToString(type);
      return isString(checker, type) && !allowed.some((brand) => name.includes(brand));
    };
    return {
      BinaryExpression(node) {
        if (!comparisons.has(node.operator)) return;
        if (!isRestricted(node.left) && !isRestricted(node.right)) return;
        context.report({ node, messageId: "order", data: { operator: node.operator } });
      },
    };
  },
};
