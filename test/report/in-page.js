/**
 * What is measured inside of the page: a script that the browser runs before that of the page, were there one. JavaScript, so that
 * the types of a browser stay out of everything else.
 */
/* eslint-env browser */

/** Elements that reach beyond the right edge of the window, or of a box that cuts them off; scrolling boxes may hold more. */
const overflowing = () => {
  const width = document.documentElement.clientWidth;
  const faults =
    document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth}`] : [];
  for (const element of document.querySelectorAll('main *')) {
    if (element.closest('.scroll')) continue;
    const { right, width: own } = element.getBoundingClientRect();
    if (own > 0 && right > width + 0.5) faults.push(`${element.tagName}.${element.className} ends at ${right}`);
  }
  return faults;
};

const areApart = (one, other) =>
  one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;

/** Labels of one axis that lie upon each other. */
const overlappingLabels = () =>
  [...document.querySelectorAll('.ticks, .plot')].flatMap((axis) => {
    const boxes = [...axis.querySelectorAll(':scope span')].map((label) => label.getBoundingClientRect());
    const pairs = boxes.flatMap((one, index) => boxes.slice(index + 1).map((other) => [one, other]));
    return pairs
      .filter(([one, other]) => !areApart(one, other))
      .map(([one, other]) => `${axis.className}: at ${one.left} and ${other.left}`);
  });

/** Text smaller than 12 pixels. */
const tinyText = () => {
  const faults = [];
  for (const element of document.querySelectorAll('main *')) {
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
    );
    if (hasText && Number.parseFloat(getComputedStyle(element).fontSize) < 12)
      faults.push(element.outerHTML.slice(0, 80));
  }
  return faults;
};

/** Text with less contrast than WCAG 2.2 asks for at level AA: 4.5 to 1, or 3 to 1 for large text. */
const contrastFaults = () => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  if (!canvas) return ['no canvas'];
  /** Red, green, blue and opacity of any CSS colour, by painting it. */
  const paint = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colours) => {
    const [red = 0, green = 0, blue = 0] = paint(colours).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  /** From the page to the element, as they are painted over each other. */
  const backgrounds = (element) =>
    element ? [...backgrounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];

  const faults = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map((node) => node.textContent ?? '');
    if (text.join('').trim() === '' || element.getBoundingClientRect().width === 0) continue;
    const style = getComputedStyle(element);
    const behind = backgrounds(element);
    const [ink, paper] = [luminance([...behind, style.color]), luminance(behind)];
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) faults.push(`${contrast.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`);
  }
  return faults;
};

/** Of each part of the first bar: the share of its width, and of its count. */
const sharesOfBar = () => {
  const parts = [...document.querySelectorAll('.bar i')];
  const counts = parts.map((part) => Number(part.title));
  const widths = parts.map((part) => part.getBoundingClientRect().width);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  return parts.map((_, index) => ({
    drawn: (widths[index] ?? 0) / sum(widths),
    counted: (counts[index] ?? 0) / sum(counts),
  }));
};

globalThis.inPage = { overflowing, overlappingLabels, tinyText, contrastFaults, sharesOfBar };
