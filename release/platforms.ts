/**
 * The packages of ONNX Runtime for one platform each. `onnxruntime-node` brings the files of all platforms; of a package that names
 * its `os` and `cpu` as an optional dependency, a package manager installs the one that fits.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A platform, as Node names it. */
export interface Platform {
  readonly os: string
  readonly cpu: string
}

/** The facts of `onnxruntime-node` that its parts share. */
export interface Runtime {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** What is known of the package that is published. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** Where the files of all platforms are, below the package: `bin/napi-v6/OS/CPU/`. */
export const binaries = 'bin/napi-v6'

/** Loaded by nothing of ours: DirectML, which the library asks for only when its provider is used. */
const unused: ReadonlySet<string> = new Set(['DirectML.dll'])

/** Fields of the manifest that are for a checkout. */
const ofCheckout: ReadonlySet<string> = new Set(['scripts', 'devDependencies'])

/** The name of a platform's package: `@tweedie/onnxruntime-linux-x64`. */
export function packageName({ os, cpu }: Platform): string {
  return `@tweedie/onnxruntime-${os}-${cpu}`
}

/** The platforms that `onnxruntime-node` in this folder has files of. */
export function platformsOf(folder: string): readonly Platform[] {
  return readdirSync(join(folder, binaries)).flatMap((os) =>
    readdirSync(join(folder, binaries, os)).map((cpu) => ({ os, cpu })),
  )
}

/** The files of a platform that are needed, below the package. What is there under two names is needed under the shorter one, which the addon asks for. */
export function filesOf(folder: string, { os, cpu }: Platform): readonly string[] {
  const place = join(binaries, os, cpu)
  const seen = new Set<string>()
  const isNew = (name: string): boolean => {
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, place, name)))
      .digest('hex')
    return seen.size < seen.add(digest).size
  }
  return readdirSync(join(folder, place))
    .filter((name) => !unused.has(name))
    .toSorted((a, b) => a.length - b.length)
    .filter(isNew)
    .map((name) => join(place, name))
}

/** The manifest of a platform's package. It has no install script, and needs no more than the JavaScript of the addon does. */
export function platformManifest(platform: Platform, runtime: Runtime): Record<string, unknown> {
  const { os, cpu } = platform
  return {
    name: packageName(platform),
    version: runtime.version,
    description: `ONNX Runtime ${runtime.version} for ${os} on ${cpu}: the part of onnxruntime-node that runs there`,
    license: runtime.license,
    author: 'Microsoft Corporation',
    main: 'dist/index.js',
    types: 'dist/index.d.ts',
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' && { libc: ['glibc'] }),
    dependencies: { 'onnxruntime-common': runtime.dependencies['onnxruntime-common'] },
  }
}

/** The manifest of tweedie as it is published: the platforms' packages take the place of `onnxruntime-node`. */
export function publishedManifest(
  manifest: Manifest,
  platforms: readonly Platform[],
  { version }: Pick<Runtime, 'version'>,
): Record<string, unknown> {
  const { 'onnxruntime-node': _, ...dependencies } = manifest.dependencies
  const runtimes = Object.fromEntries(platforms.map((platform) => [packageName(platform), version]))
  return {
    ...Object.fromEntries(Object.entries(manifest).filter(([field]) => !ofCheckout.has(field))),
    dependencies,
    optionalDependencies: { ...manifest.optionalDependencies, ...runtimes },
  }
}
