/**
 * Installs what `pack.ts` packed into an empty folder, without a network, as a user would; says how large it is, and tries it.
 *
 *     npm run release:check -- OUT
 *
 * What tweedie depends on is packed from this checkout. Ends with 1 where something does not work or is larger than {@link allowedMb}.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { argv, exit } from 'node:process'
import { serveTarballs } from './registry.ts'

/** MB of an installed package with all that it needs, as the files take on a disk. */
const allowedMb = 150

const target = argv[2]
if (target === undefined) {
  console.error('usage: npm run release:check -- OUT   (what npm run release:pack -- OUT packed)')
  exit(2)
}
const out = resolve(target)
const root = join(import.meta.dirname, '..')
const work = mkdtempSync(join(tmpdir(), 'tweedie-installed-'))
try {
  const ours = readdirSync(out)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(out, name))
  const others = join(work, 'others')
  mkdirSync(others)
  const theirs = neededByUs().map((name, i) => tarballOf(name, join(others, `${i}.tgz`)))
  const project = join(work, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  await install(project, [...ours, ...theirs])

  const sizes = sizesIn(join(project, 'node_modules'))
  for (const [name, mb] of sizes.filter(([, mb]) => mb >= 1)) console.log(`${name.padEnd(40)} ${mb.toFixed(1)} MB`)
  const total = sizes.reduce((sum, [, mb]) => sum + mb, 0)
  console.log(`${'all'.padEnd(40)} ${total.toFixed(1)} MB of at most ${allowedMb}`)

  for (const engine of ['capi', 'binding']) {
    const doctor = JSON.parse(tweedie(project, ['doctor', '--json'], { TWEEDIE_ENGINE: engine })) as Doctor
    console.log(
      `engine ${doctor.engine}: ONNX Runtime ${doctor.onnxruntime}, ${doctor.devices[0]!.available ? 'works' : 'fails'}`,
    )
    if (doctor.engine !== engine || !doctor.devices[0]!.available) exit(1)
  }
  console.log(tweedie(project, ['quickstart', '--minutes', '0.1']).split('\n')[0])
  if (total > allowedMb) exit(1)
} finally {
  rmSync(work, { recursive: true })
}

interface Doctor {
  readonly engine: string
  readonly onnxruntime: string
  readonly devices: readonly { readonly available: boolean }[]
}

/** Names of all that tweedie needs, directly or not, as far as it is installed here; ONNX Runtime comes from our own tarballs. */
function neededByUs(): readonly string[] {
  const found = new Set<string>()
  const visit = (manifest: Needs): void => {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      if (found.has(name) || name === 'onnxruntime-node') continue
      const theirs = manifestOf(join(root, 'node_modules', name))
      if (theirs === undefined) continue
      found.add(name)
      visit(theirs)
    }
  }
  visit(manifestOf(root)!)
  return [...found]
}

interface Needs {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Undefined where there is no such package: one for another platform. */
function manifestOf(folder: string): Needs | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Needs
  } catch {
    return undefined
  }
}

/** An installed package as the tarball that it came from, near enough. */
function tarballOf(name: string, file: string): string {
  const modules = join(root, 'node_modules')
  execFileSync('tar', [
    '-czf',
    file,
    '--exclude',
    `${name}/node_modules`,
    '--transform',
    `s,^${name},package,`,
    '-C',
    modules,
    name,
  ])
  return file
}

async function install(project: string, tarballs: readonly string[]): Promise<void> {
  await using registry = await serveTarballs(tarballs)
  const { spawn } = await import('node:child_process')
  const options = [
    '--registry',
    registry.url,
    '--cache',
    join(work, 'cache'),
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
  ]
  const npm = spawn('npm', ['install', 'tweedie', ...options], { cwd: project, stdio: 'inherit' })
  const status = await new Promise((done) => npm.on('exit', done))
  if (status !== 0) throw new Error(`npm install ended with ${String(status)}`)
}

function tweedie(project: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const options = { cwd: project, encoding: 'utf8', env: { ...process.env, ...env } } as const
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'tweedie', ...args], options)
  if (status !== 0) throw new Error(`tweedie ${args.join(' ')} ended with ${String(status)}:\n${stderr}`)
  return stdout
}

/** Packages with their sizes in MB, the largest first: blocks of the disk, as `du` counts. */
function sizesIn(modules: string): readonly (readonly [name: string, mb: number])[] {
  const sizes = new Map<string, number>()
  for (const path of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    const [, name = path] = /^((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(path) ?? []
    sizes.set(name, (sizes.get(name) ?? 0) + (statSync(join(modules, path)).blocks * 512) / 1e6)
  }
  return [...sizes].toSorted(([, a], [, b]) => b - a)
}
