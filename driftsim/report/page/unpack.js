// Unpack: the tallies of the page, from text to arrays; docs/design.md describes the format.

const ARRAYS = {
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
};

/** The bytes of a text in base64. */
function bytesOf(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** Bytes that zlib compressed. */
async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers of a type, from all their first bytes, then all their second bytes, … */
function numbersOf(planes, type, length) {
  const size = ARRAYS[type].BYTES_PER_ELEMENT;
  if (size === 1) return planes;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0; plane < size; plane++) {
    for (let i = 0; i < length; i++) bytes[i * size + plane] = planes[plane * length + i];
  }
  return new ARRAYS[type](bytes.buffer);
}

/** The packed arrays, by name. */
function arraysOf(bytes, columns) {
  const arrays = {};
  let start = 0;
  for (const [name, type, length] of columns) {
    const stop = start + length * ARRAYS[type].BYTES_PER_ELEMENT;
    arrays[name] = numbersOf(bytes.subarray(start, stop), type, length);
    start = stop;
  }
  return arrays;
}

/**
 * The runs of each setting, in the order in which they were packed: {contender, seed, columns},
 * with no contender for the truth, which comes before those of its seed.
 * A column is a list of arrays, one for each class, with an entry for each interval.
 */
async function unpacked(about, text) {
  const arrays = arraysOf(await inflated(bytesOf(text)), about.columns);
  const taken = {};
  const take = (name, n) => {
    const start = taken[name] ?? 0;
    taken[name] = start + n;
    return arrays[name].subarray(start, start + n);
  };
  return about.settings.map((setting) => {
    const n = gridOf(setting).rows.length;
    const truths = {};
    return setting.runs.map(([contender, seed, kind]) => {
      const columns = {};
      for (const [name, width] of about.kinds[kind]) {
        columns[name] = Array.from({ length: width }, () => take(name, n));
      }
      if (contender === null) truths[seed] = columns;
      return { contender, seed, columns: decoded(columns, { ...truths[seed], ...columns }) };
    });
  });
}

/** Columns with those that follow from them: counts of classes, expected errors, scores of rows. */
function decoded({ missed, confused, label, rank, ...columns }, { actual, bayes_error }) {
  const found = { ...columns };
  if (label) found.scores = { rows: rowsOf(label, rank, actual.length) };
  for (const [name, column] of Object.entries(columns)) {
    const whole = name.replace(/excess$/, "expected_error");
    if (whole !== name) found[whole] = [sum(column[0], bayes_error[0])];
  }
  if (!missed) return found;
  const last = () => confused.reduce(difference, missed.reduce(sum)); // as many wrong as missed
  const wrong = missed.length === 2 ? [missed[1], missed[0]] : [...confused, last()];
  found.correct = actual.map((column, k) => difference(column, missed[k]));
  found.predicted = found.correct.map((column, k) => sum(column, wrong[k]));
  return found;
}

const sum = (one, other) => combined(one, other, 1);
const difference = (one, other) => combined(one, other, -1);

/** One array plus the other times a sign: a loop, as Float64Array.from takes 15 times as long. */
function combined(one, other, sign) {
  const result = new Float64Array(one.length);
  for (let i = 0; i < result.length; i++) result[i] = one[i] + sign * other[i];
  return result;
}
