/**
 * The installed package that brings ONNX Runtime: the one for this platform alone, which tweedie is published with, or else
 * `onnxruntime-node`, which has the files of every platform.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, platform } from 'node:process'
import { TweedieError } from '../../../errors.ts'

/** Where it is. */
export interface OrtPackage {
  readonly name: string
  readonly folder: string
  readonly version: string
}

/** The packages that may bring it, in the order in which they are looked for. */
export const ortPackages: readonly string[] = Object.freeze([
  `@tweedie/onnxruntime-${platform}-${arch}`,
  'onnxruntime-node',
])

/** The folder of a package that may not be there. */
export type FindManifest = (name: string) => string

const fromHere: FindManifest = (name) => createRequire(import.meta.url).resolve(`${name}/package.json`)

/**
 * Finds it.
 *
 * @param find gives the path of a package's manifest, and throws where there is no such package
 * @throws TweedieError `device` where no package is installed
 */
export function findOrtPackage(find: FindManifest = fromHere): OrtPackage {
  const causes: unknown[] = []
  for (const name of ortPackages) {
    try {
      const manifest = find(name)
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
      return { name, folder: dirname(manifest), version }
    } catch (cause) {
      causes.push(cause)
    }
  }
  throw new TweedieError('device', `ONNX Runtime is not installed for ${platform}-${arch}: there is no ${either()}`, {
    hint: 'npm install onnxruntime-node; it has builds for Linux with glibc, macOS (arm64) and Windows. Where optional packages were left out (--omit=optional), install tweedie with them',
    cause: causes[0],
  })
}

/** The folder of a package that has the library and the addon of a platform. */
export function binariesOf({ folder }: OrtPackage): string {
  return join(folder, 'bin', 'napi-v6', platform, arch)
}

/** Files of other platforms: they are never loaded here. */
export interface OtherPlatforms {
  /** Their folders. */
  readonly folders: readonly string[]
  readonly bytes: number
}

/** What an installed package has for other platforms; undefined where there is nothing of the kind. */
export function otherPlatforms({ folder }: OrtPackage): OtherPlatforms | undefined {
  const root = join(folder, 'bin', 'napi-v6')
  const here = readdirSync(root)
  const folders = [
    ...here.filter((os) => os !== platform).map((os) => join(root, os)),
    ...(here.includes(platform) ? readdirSync(join(root, platform)) : [])
      .filter((cpu) => cpu !== arch)
      .map((cpu) => join(root, platform, cpu)),
  ]
  const bytes = folders.reduce((sum, each) => sum + bytesIn(each), 0)
  return bytes === 0 ? undefined : { folders, bytes }
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => statSync(join(folder, file)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0)
}

const either = (): string => ortPackages.join(' and no ')
