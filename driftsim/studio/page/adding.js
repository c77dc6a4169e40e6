// Adding: contenders by the names of a learner and a policy, with completion.

/** Connect the form; `act(learner, policy)` adds a contender. */
async function adding(form, act) {
  const [learner, policy] = ["learner", "policy"].map((name) => form.querySelector(`#${name}`));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(learner.value, policy.value);
    learner.value = "";
    learner.focus();
  });
  const known = await (await fetch(addressOf("/names"))).json();
  const options = (names) => names.map((value) => element("option", { value }));
  form.querySelector("#learners").replaceChildren(...options(known.learners));
  form.querySelector("#policies").replaceChildren(...options(known.policies));
  return known;
}
