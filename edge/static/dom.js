// Small helpers around the document.

/**
 * Makes an element. Strings become text nodes, never markup: what guests write into an order stays text.
 * Attributes that are null, undefined or false are left out, and so are children that are nothing.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Sets a text only when it differs, so that screen readers do not say it again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes what is inside `parent` the same as `children` with as few changes as possible: an element that stays keeps the
 * focus and the finger that is on it. Children with a `data-key` are recognised by it wherever they move.
 */
export function update(parent, children) {
  const wantedKeys = new Set(children.map(keyOf));
  for (const child of [...parent.childNodes]) if (keyOf(child) && !wantedKeys.has(keyOf(child))) child.remove();
  const keyed = new Map([...parent.childNodes].map((child) => [keyOf(child), child]));
  let next = parent.firstChild;
  for (const wanted of children) {
    const key = keyOf(wanted);
    const found = key ? keyed.get(key) : next && !keyOf(next) && next;
    if (!found) {
      parent.insertBefore(wanted, next);
      continue;
    }
    if (found === next) next = next.nextSibling;
    else parent.insertBefore(found, next);
    become(found, wanted);
  }
  while (next) {
    const left = next;
    next = next.nextSibling;
    left.remove();
  }
}

function keyOf(node) {
  return node.dataset?.key;
}

function become(node, wanted) {
  if (node.nodeName !== wanted.nodeName) {
    node.replaceWith(wanted);
  } else if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
  } else {
    for (const { name } of [...node.attributes]) if (!wanted.hasAttribute(name)) node.removeAttribute(name);
    for (const { name, value } of wanted.attributes) {
      if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    }
    update(node, [...wanted.childNodes]);
  }
}
