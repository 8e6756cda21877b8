/**
 * Packs what is published: tweedie, and ONNX Runtime as a package for each platform (see `platforms.ts`).
 *
 *     npm run release:pack -- OUT                        # all tarballs; builds first
 *     npm run release:pack -- OUT --platform linux-x64   # tweedie, and the runtime of one platform (or `this`)
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { argv, exit } from 'node:process'
import { parseArgs } from 'node:util'
import manifest from '../package.json' with { type: 'json' }
import { binaries, filesOf, packageName, platformManifest, platformsOf, publishedManifest } from './platforms.ts'
import type { Runtime } from './platforms.ts'

const { values, positionals } = parseArgs({
  args: argv.slice(2),
  options: { platform: { type: 'string' } },
  allowPositionals: true,
})
const [target] = positionals
if (target === undefined || positionals.length > 1) {
  console.error('usage: npm run release:pack -- OUT [--platform OS-CPU]')
  exit(2)
}
const out = resolve(target)
const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
const runtime = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Runtime
const notices = join(import.meta.dirname, 'notices', `onnxruntime-${runtime.version}`)
if (!existsSync(notices)) {
  console.error(`put LICENSE and ThirdPartyNotices.txt of ONNX Runtime ${runtime.version} into ${notices}`)
  exit(1)
}

const platforms = platformsOf(folder)
const only = values.platform === 'this' ? `${process.platform}-${process.arch}` : values.platform
const wanted = platforms.filter(({ os, cpu }) => only === undefined || only === `${os}-${cpu}`)
if (wanted.length === 0) {
  console.error(`there is no ONNX Runtime for ${only}; there is ${platforms.map(({ os, cpu }) => `${os}-${cpu}`)}`)
  exit(2)
}

mkdirSync(out, { recursive: true })
const stage = mkdtempSync(join(tmpdir(), 'tweedie-release-'))
try {
  const made = wanted.map((platform) => {
    const room = join(stage, packageName(platform))
    for (const file of ['dist', ...filesOf(folder, platform)])
      cpSync(join(folder, file), join(room, file), { recursive: true })
    cpSync(notices, room, { recursive: true })
    writeJson(join(room, 'package.json'), platformManifest(platform, runtime))
    writeFileSync(join(room, 'README.md'), readme(packageName(platform)))
    return pack(room, out)
  })
  // What npm takes of the checkout, with another manifest.
  const plain = pack('.', stage).tarball
  execFileSync('tar', ['-xzf', plain, '-C', stage])
  writeJson(join(stage, 'package/package.json'), publishedManifest(manifest, platforms, runtime))
  made.push(pack(join(stage, 'package'), out))
  // The runtimes first: who installs tweedie must find them.
  for (const { tarball, unpacked } of made)
    console.log(`npm publish --access public ${tarball}   # ${(unpacked / 1e6).toFixed(1)} MB when installed`)
} finally {
  rmSync(stage, { recursive: true })
}

/** A tarball, and how many bytes its files are. */
interface Packed {
  readonly tarball: string
  readonly unpacked: number
}

/** Packs a folder. */
function pack(from: string, to: string): Packed {
  const said = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', to], {
    cwd: from,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  type Answer = { readonly filename: string; readonly unpackedSize: number }
  const { filename, unpackedSize } = Object.values(JSON.parse(said) as Answer[] | Record<string, Answer>)[0]!
  return { tarball: join(to, filename), unpacked: unpackedSize }
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

function readme(name: string): string {
  return `# ${name}

ONNX Runtime ${runtime.version} for Node on one platform: the files of onnxruntime-node, unchanged, from its \`${binaries}\` and \`dist\`. It is
installed with tweedie where it fits. ONNX Runtime is Microsoft's, under the MIT licence (\`LICENSE\`, \`ThirdPartyNotices.txt\`).
`
}
