// @ts-check
/**
 * Faults of a disk, inside the process: calls of node:fs that change something below a folder are counted, and from the chosen one on the
 * process is killed, the power is cut (nothing changes any more, whatever is tried), or the system refuses. What is being written then is
 * written by half. It is JavaScript, so that `node --import` takes it as it is; see preload.mjs.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve, sep } from 'node:path'

/** @typedef {import('./faults.d.mts').Fault} Fault */

/** @type {Fault | undefined} */
let fault
let root = ''
let count = 0
/** Inside a call that is counted: what it calls itself is not. */
let depth = 0
/** @type {Map<number, string>} */
const files = new Map()
/** @type {WeakMap<object, string>} */
const handles = new WeakMap()

const cutMessage = 'the power was cut'

/** What fails where the disk is full: removing and renaming do not. */
const takesRoom =
  /^(open|write|append|mkdir|mkdtemp|link|symlink|copyFile|sync|fsync|datasync|fdatasync|truncate|ftruncate)/

/** @param {unknown} path */
const textOf = (path) =>
  typeof path === 'string' || path instanceof URL || Buffer.isBuffer(path) ? String(path) : undefined

/** @param {unknown} path */
function isWithin(path) {
  const text = textOf(path)
  if (text === undefined || fault === undefined) return false
  const whole = resolve(text)
  return whole === root || whole.startsWith(root + sep)
}

/** @param {unknown} flags */
const writes = (flags) =>
  typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) !== 0
    : /[wa+]/.test(String(flags ?? 'r'))

/** @param {string} code @param {string} syscall @param {string} path */
function refusal(code, syscall, path) {
  return Object.assign(new Error(`${code}: injected, ${syscall} '${path}'`), {
    code,
    syscall: syscall.replace(/Sync$/, ''),
    path,
    errno: -1,
  })
}

/**
 * Counts a change; from the chosen one on it does not happen.
 *
 * @param {string} name @param {string} path @param {() => void} [half] writes half of what was to be written
 */
function spend(name, path, half = () => undefined) {
  const { at, how } = /** @type {Fault} */ (fault)
  if (how !== 'kill' && how !== 'cut' && /^(ENOSPC|EDQUOT)$/.test(how) && !takesRoom.test(name)) return
  if (how === 'EMFILE' && !name.startsWith('open')) return
  count++
  if (count < at) return
  if (count === at) half()
  if (how === 'kill') process.kill(process.pid, 'SIGKILL')
  if (how === 'kill') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
  if (how === 'cut') throw Object.assign(new Error(cutMessage), { code: 'CUT' })
  throw refusal(how, name, path)
}

/** @param {unknown} content */
const half = (content) => {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : ArrayBuffer.isView(content)
        ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
        : new Uint8Array()
  return bytes.subarray(0, bytes.length >> 1)
}

const original = { ...fs }
const originalPromises = { ...fs.promises }

/** @param {string} name @param {(args: any[]) => string | undefined} pathOf */
function wrapSync(name, pathOf) {
  const call = /** @type {any} */ (original)[name]
  /** @type {any} */ fs[name] = (/** @type {any[]} */ ...args) => {
    const path = pathOf(args)
    if (depth > 0 || path === undefined || !isWithin(path)) return call(...args)
    spend(name, path, () => {
      if (name === 'writeSync') original.writeSync(args[0], half(args[1]))
      if (name === 'writeFileSync' && typeof args[0] !== 'number') call(args[0], half(args[1]), args[2])
    })
    depth++
    try {
      return call(...args)
    } finally {
      depth--
    }
  }
}

/** @param {string} name */
function wrapAsync(name) {
  const call = /** @type {any} */ (originalPromises)[name]
  /** @type {any} */ fs.promises[name] = async (/** @type {any[]} */ ...args) => {
    if (isWithin(args[0]))
      spend(name, String(args[0]), () => name === 'writeFile' && original.writeFileSync(args[0], half(args[1])))
    return call(...args)
  }
}

/** @param {any[]} args */
const first = (args) => textOf(args[0])
/** @param {any[]} args */
const second = (args) => textOf(args[1])
/** @param {any[]} args */
const open = (args) => files.get(args[0])

for (const name of [
  'mkdirSync',
  'mkdtempSync',
  'renameSync',
  'unlinkSync',
  'rmSync',
  'rmdirSync',
  'truncateSync',
  'utimesSync',
])
  wrapSync(name, first)
for (const name of ['linkSync', 'symlinkSync', 'copyFileSync']) wrapSync(name, second)
for (const name of ['writeSync', 'fsyncSync', 'fdatasyncSync', 'ftruncateSync']) wrapSync(name, open)
for (const name of ['writeFileSync', 'appendFileSync'])
  wrapSync(name, (args) => (typeof args[0] === 'number' ? files.get(args[0]) : textOf(args[0])))
for (const name of [
  'mkdir',
  'mkdtemp',
  'rename',
  'rm',
  'rmdir',
  'unlink',
  'writeFile',
  'appendFile',
  'truncate',
  'utimes',
])
  wrapAsync(name)

fs.openSync = (path, flags, mode) => {
  if (depth === 0 && isWithin(path) && (writes(flags) || fault?.how === 'EMFILE')) spend('openSync', String(path))
  const file = original.openSync(path, flags, mode)
  if (isWithin(path)) files.set(file, resolve(String(path)))
  return file
}
fs.closeSync = (file) => {
  files.delete(file)
  original.closeSync(file)
}
fs.promises.open = async (path, flags, mode) => {
  if (isWithin(path) && (writes(flags) || fault?.how === 'EMFILE')) spend('open', String(path))
  const handle = await originalPromises.open(path, flags, mode)
  if (isWithin(path)) handles.set(handle, resolve(String(path)))
  return handle
}

const probe = await originalPromises.open(process.execPath, 'r')
const proto = Object.getPrototypeOf(probe)
await probe.close()
for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate', 'chmod']) {
  const call = proto[name]
  proto[name] = async function (/** @type {any[]} */ ...args) {
    const path = handles.get(this)
    if (path !== undefined && isWithin(path))
      spend(name, path, () => /^write(File)?$/.test(name) && original.writeSync(this.fd, half(args[0])))
    return call.apply(this, args)
  }
}
syncBuiltinESMExports()

/** @param {Fault} next */
export function begin(next) {
  fault = next
  root = resolve(next.within)
  count = 0
}

/** The number of changes since the beginning; none are counted any more. */
export function end() {
  fault = undefined
  files.clear()
  return count
}
