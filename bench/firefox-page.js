/** The page's half of `bench/firefox.ts`: drives the Lab in a frame: trains moons, then draws from the run that the browser has kept. */
const frame = document.querySelector('iframe')
const report = (fact) => fetch(`/report/${encodeURIComponent(JSON.stringify(fact))}`)

/** What `find` gives, once it gives anything. */
async function until(what, find) {
  const end = performance.now() + 120_000
  while (performance.now() < end) {
    const found = find(frame.contentDocument)
    if (found) return found
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`there is no ${what}: ${frame.contentDocument?.body?.innerText.slice(0, 600)}`)
}

const text = (element) => element.textContent.replaceAll(/\s+/g, ' ').trim()

try {
  const begin = performance.now()
  const seconds = () => ((performance.now() - begin) / 1000).toFixed(1)
  frame.src = '/index.html#/train?steps=40&seed=0'
  const engine = await until('engine', (page) => page?.querySelector('.engine'))
  const start = await until('button', (page) => page.querySelector('button[type=submit]:not([disabled])'))
  start.click()
  await until('end of the run', (page) => page.querySelector('.facts[data-status=finished]'))
  const distance = await until('distance of the samples', (page) => page.querySelector('.distance'))
  await report({
    trained: `${text(frame.contentDocument.querySelector('.facts'))} (${seconds()} s from opening the page)`,
    engine: text(engine),
    isolated: crossOriginIsolated,
    distance: Number(/[\d.]+/.exec(text(distance))[0]),
  })
  frame.contentWindow.location.hash = '#/draw?model=run:moons-1&steps=4'
  const canvas = await until('drawing', (page) => page.querySelector('.matrix canvas'))
  await report({ drawn: `${canvas.width} pixels wide (${seconds()} s)`, browser: navigator.userAgent })
} catch (error) {
  await report({ error: String(error) })
}
