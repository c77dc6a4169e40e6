// Scrolling: a hint above what is wider than its place, only while it is.

/** Show the hint before an element while that can be scrolled sideways. */
function hinted(wide) {
  const hint = wide.previousElementSibling;
  const show = () => {
    hint.style.display = wide.scrollWidth > wide.clientWidth + 1 ? "block" : "none";
  };
  const observer = new ResizeObserver(show);
  for (const one of [wide, ...wide.children]) observer.observe(one);
}
