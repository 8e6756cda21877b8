/**
 * The files of the graph cache: one for each key, with a head that shows whether the file is damaged or of another
 * version. A file that cannot be read is ignored, and so is a folder that cannot be written: the cache never makes
 * anything fail. A graph decides what is computed, so only files of this user are used, in a folder that nobody else can write to.
 *
 * Small files beside them record the last graph for each purpose.
 *
 * A file is the line {@link head}, the SHA-256 of the key and what follows (32 bytes), the number of the signature's bytes (4 bytes, the
 * least significant first), the signature, and the rewritten graph.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pid } from 'node:process'
import { distrustOf, readOwnFile } from './own-files.ts'

/** A cached graph. */
export interface KeptGraph {
  /** A model that declares inputs and outputs, in ONNX (`../onnx/proto/signature.ts`). */
  readonly signature: Uint8Array
  /** The runtime's optimised graph, in its own format. */
  readonly rewritten: Uint8Array
}

/** Files by key, a hexadecimal digest. */
export interface CacheFiles {
  /** The graph of a key, if there is one; `note` is called with the reason if its file cannot be used. */
  read(key: string): KeptGraph | undefined
  /** An empty file to write the graph of a key to, before {@link keep}; undefined if nothing can be written. */
  stage(key: string): string | undefined
  /** Makes a staged file, with the signature before it, that key's, and removes the files that were not used for longest until the rest is small enough. */
  keep(key: string, staged: string, signature: Uint8Array): void
  /** Removes a staged file. */
  discard(staged: string): void
  /** The key that was last named for a purpose, which is a key itself. */
  last(purpose: string): string | undefined
  /** Names the key for a purpose. */
  remember(purpose: string, key: string): void
}

const head = Buffer.from('tweedie graph cache 2\n')
const digestBytes = 32
const lengthBytes = 4
const extension = '.graph'
const lastExtension = '.last'
const ours = /^[0-9a-f]{64}\.(graph|last|.*part)$/
const isKey = /^[0-9a-f]{64}$/

/** Temporary files older than this are leftovers of a process that ended early. */
const forgottenMs = 3_600_000

let staged = 0

/**
 * @param limitBytes that all files together may take
 * @param note called with one line about a file that exists but cannot be used
 */
export function cacheFiles(folder: string, limitBytes: number, note: (message: string) => void): CacheFiles {
  const pathOf = (key: string): string => join(folder, key + extension)
  let told = false
  /** Whether what lies in the folder may be used; the first time that it may not, that is said. */
  const isTrusted = (): boolean => {
    const why = distrustOf(folder)
    if (why !== undefined && !told) note(`${folder} ${why}: graphs are not kept there`)
    told ||= why !== undefined
    return why === undefined
  }
  const files: CacheFiles = {
    read(key) {
      const path = pathOf(key)
      const bytes = isTrusted() ? attempt(() => readOwnFile(path)) : undefined
      if (bytes === undefined) return undefined
      const digestEnd = head.length + digestBytes
      const body = bytes.subarray(digestEnd)
      const trouble = !bytes.subarray(0, head.length).equals(head)
        ? 'is of another version'
        : !digest(key, body).equals(bytes.subarray(head.length, digestEnd)) && 'is damaged'
      if (trouble) {
        note(`${path} ${trouble}: it is made anew`)
        return undefined
      }
      const now = new Date()
      attempt(() => utimesSync(path, now, now))
      const signatureEnd = lengthBytes + body.readUInt32LE()
      return { signature: body.subarray(lengthBytes, signatureEnd), rewritten: body.subarray(signatureEnd) }
    },
    stage(key) {
      return attempt(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        if (!isTrusted()) return undefined
        const path = join(folder, `${key}.${pid}-${staged++}.part`)
        writeFileSync(path, '', { flag: 'wx' })
        return path
      })
    },
    keep(key, path, signature) {
      const whole = `${path}.whole.part`
      attempt(() => {
        const length = Buffer.alloc(lengthBytes)
        length.writeUInt32LE(signature.length)
        const body = Buffer.concat([length, signature, readFileSync(path)])
        // No sync: the digest shows whether a crash left the file incomplete.
        writeFileSync(whole, Buffer.concat([head, digest(key, body), body]), { flag: 'wx' })
        renameSync(whole, pathOf(key))
      })
      for (const part of [path, whole]) files.discard(part)
      attempt(() => trim(folder, limitBytes))
    },
    discard: (path) => void attempt(() => rmSync(path, { force: true })),
    last(purpose) {
      const key = isTrusted() ? attempt(() => readOwnFile(join(folder, purpose + lastExtension)).toString()) : undefined
      return key !== undefined && isKey.test(key) ? key : undefined
    },
    remember(purpose, key) {
      if (!isTrusted()) return
      // written beside and renamed: what lies there may be anything
      const part = join(folder, `${purpose}.${pid}-${staged++}.part`)
      attempt(() => {
        writeFileSync(part, key, { flag: 'wx' })
        renameSync(part, join(folder, purpose + lastExtension))
      })
      files.discard(part)
    },
  }
  return files
}

/** How many graphs there are, and what all files take, in bytes. */
export function measureCache(folder: string): { readonly files: number; readonly bytes: number } {
  const files = attempt(() => list(folder)) ?? []
  return {
    files: files.filter(({ path }) => path.endsWith(extension)).length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

function digest(key: string, body: Uint8Array): Buffer {
  return createHash('sha256').update(key).update(body).digest()
}

function trim(folder: string, limitBytes: number): void {
  let left = measureCache(folder).bytes
  const now = Date.now()
  for (const { path, bytes, usedMs } of list(folder).sort((a, b) => a.usedMs - b.usedMs)) {
    const isPart = path.endsWith('.part')
    if (isPart ? now - usedMs < forgottenMs : left <= limitBytes) continue
    rmSync(path, { force: true })
    left -= bytes
  }
}

/** Only the cache's own files: the folder may hold others. */
function list(folder: string): { path: string; bytes: number; usedMs: number }[] {
  const paths = readdirSync(folder).flatMap((name) => (ours.test(name) ? [join(folder, name)] : []))
  return paths.flatMap((path) => {
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {}
    return size === undefined ? [] : [{ path, bytes: size, usedMs: mtimeMs! }]
  })
}

/** Files that cannot be removed are left. */
function attempt<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch {
    return undefined
  }
}
