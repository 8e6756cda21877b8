/**
 * Builds the site into `site/dist`: `npm run site`. What VitePress and typedoc need lies in `site/node_modules` and is
 * installed when it is missing or old; all else happens without a network.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { env } from 'node:process'
import { checkSite } from './check/dead-links.ts'
import { stageDocs } from './pages/stage.ts'
import { writeSourcePages } from './pages/sources.ts'
import { built, site } from './paths.ts'

await step('packages', install)
await step('documentation', stageDocs)
await step('sources', writeSourcePages)
await step('reference', reference)
await step('examples', examples)
await step('Lab', lab)
await step('VitePress', vitepress)
await step('links', () => {
  const { pages, links, dead } = checkSite(built, env['SITE_BASE'])
  if (dead.length > 0) throw new Error(`dead links:\n${dead.join('\n')}`)
  return `${links} links on ${pages} pages, none of them dead`
})

/** Runs a step of the build and says how long it took. */
async function step(name: string, run: () => unknown): Promise<void> {
  const begin = performance.now()
  const said = await run()
  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  console.log(`${name}: ${seconds} s${said === undefined ? '' : ` (${String(said)})`}`)
}

/** Installs what the lock file of the site says, unless that is what is there. */
function install(): void {
  const read = (path: string): unknown => {
    try {
      const { packages } = JSON.parse(readFileSync(site + path, 'utf8')) as {
        packages: Record<string, { version?: string }>
      }
      return Object.entries(packages).flatMap(([name, { version }]) => (name === '' ? [] : `${name} ${version}`))
    } catch {
      return []
    }
  }
  const [wanted, there] = [
    read('package-lock.json') as string[],
    new Set(read('node_modules/.package-lock.json') as string[]),
  ]
  // Parts for other platforms are in the lock file alone.
  if (there.size > 0 && [...there].every((name) => wanted.includes(name))) return
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: site, stdio: 'inherit' })
}

async function reference(): Promise<string> {
  const { writeReference } = await import('./api/reference.ts')
  return `${await writeReference()} names`
}

async function examples(): Promise<string> {
  const [{ bundlePackage, namesInNode }, { writeExamples }] = await Promise.all([
    import('./examples/bundle.ts'),
    import('./examples/write.ts'),
  ])
  return `${writeExamples(await bundlePackage(), await namesInNode())} run in place`
}

async function lab(): Promise<string> {
  const { buildLab } = await import('./pages/lab.ts')
  return `${buildLab()} chapters of the theory`
}

async function vitepress(): Promise<void> {
  const { build } = await import('vitepress')
  await build(site)
}
