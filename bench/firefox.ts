/**
 * The built Lab in headless Firefox: trains moons, keeps the run in the browser's own files, and draws from it. Prints what was seen, and ends
 * with 1 if something was not; where there is no Firefox it says so, and ends with 0.
 *
 *     npm run build && npx tsx bench/firefox.ts
 */
import { existsSync, readFileSync } from 'node:fs'
import { findFirefox, openFirefox } from '../test/support/firefox.ts'
import { serve } from '../test/support/serve.ts'

const folder = 'dist/lab'
const page = '<!doctype html><iframe width="1200" height="900"></iframe><script type="module" src="/drive.js"></script>'

if (findFirefox() === undefined) {
  console.log('skipped: there is no Firefox (Debian: apt-get install firefox-esr; or set FIREFOX)')
} else if (!existsSync(`${folder}/index.html`)) {
  console.log(`skipped: there is no ${folder} (npm run build)`)
} else {
  const seen = await driven()
  for (const [what, value] of Object.entries(seen)) console.log(`${what.padEnd(12)} ${String(value)}`)
  const { error, trained, isolated, engine, drawn } = seen
  const right = error === undefined && String(trained).startsWith('finished') && isolated === true
  if (!right || !/WebAssembly/.test(String(engine)) || drawn === undefined) process.exitCode = 1
}

/** What the page reports, until it has drawn or failed. */
async function driven(): Promise<Readonly<Record<string, unknown>>> {
  await using server = await serve(
    {
      '/': { folder },
      '/drive.html': { type: 'text/html', text: page },
      '/drive.js': {
        type: 'text/javascript',
        text: readFileSync(new URL('firefox-page.js', import.meta.url), 'utf8'),
      },
    },
    { isolated: true },
  )
  await using _ = openFirefox(`${server.origin}/drive.html`)
  const prefix = '/report/'
  const end = performance.now() + 300_000
  while (performance.now() < end) {
    const reports = server.asked
      .filter((path) => path.startsWith(prefix))
      .map((path) => JSON.parse(path.slice(prefix.length)) as Record<string, unknown>)
    const all = Object.assign({}, ...reports) as Record<string, unknown>
    if (all['error'] !== undefined || all['drawn'] !== undefined) return all
    await new Promise((done) => setTimeout(done, 100))
  }
  return { error: 'the page has reported nothing for five minutes' }
}
