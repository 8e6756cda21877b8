/** Errors of ONNX Runtime in a browser as a {@link TweedieError}, each with what to do about it. */
import { TweedieError, isTweedieError } from '../../../errors.ts'

/** Signs of memory that is used up: WebAssembly has 4 GiB, a browser may give less. */
const memoryTrouble = /out of memory|bad_alloc|failed to allocate|cannot enlarge memory|memory\.grow|allocation failed/i
const lostDevice =
  /device (was |is )?lost|lost device|device is destroyed|external Instance reference no longer exists/i
const loadTrouble = /no available backend|wasm|failed to fetch|dynamically imported module|webassembly|404/i
const shapeTrouble = /invalid.?argument|invalid dimensions|invalid rank|unexpected input data type/i

/** The error of a session that could not be created. */
export function sessionError(cause: unknown): TweedieError {
  const message = messageOf(cause)
  if (isTweedieError(cause)) return cause
  const known = resourceError(message, cause)
  if (known !== undefined) return known
  if (loadTrouble.test(message)) {
    return new TweedieError('device', `ONNX Runtime's WebAssembly files do not load: ${message}`, {
      hint: 'serve `ort-wasm-….wasm` and `.mjs` of onnxruntime-web 1.30, and pass the URL of their folder as `assets`',
      cause,
    })
  }
  return new TweedieError('model', `ONNX Runtime refuses the model: ${message}`, { cause })
}

/** The error of a run that failed. */
export function runError(cause: unknown): TweedieError {
  const message = messageOf(cause)
  if (isTweedieError(cause)) return cause
  const known = resourceError(message, cause)
  if (known !== undefined) return known
  return new TweedieError(shapeTrouble.test(message) ? 'shape' : 'device', `ONNX Runtime failed: ${message}`, { cause })
}

/** The error of memory that is used up. */
export function memoryError(what: string, cause?: unknown): TweedieError {
  return new TweedieError('device', `the browser's memory for this page is used up: ${what}`, {
    hint: 'use a smaller batch, network or picture, and close other tabs; a page has 4 GiB at most, often 2',
    ...(cause !== undefined && { cause }),
  })
}

function resourceError(message: string, cause: unknown): TweedieError | undefined {
  if (memoryTrouble.test(message)) return memoryError(message, cause)
  return lostDevice.test(message) ? lostError(message, cause) : undefined
}

/** The error of a GPU that is lost: the runtime holds on to it as long as there is a session on it. */
export function lostError(message: string, cause?: unknown): TweedieError {
  return new TweedieError('device', `the GPU is gone: ${message}`, {
    hint: "dispose of all that runs on it, or load the page anew, and go on from the last checkpoint; or use the device 'cpu'",
    cause,
  })
}

/** The message without its wrapping, and without the place in the runtime's sources. */
function messageOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message
    .replace(/^.*ERROR_MESSAGE: /s, '')
    .replace(/\/\S+\.(?:cc|cpp|h):\d+ .* was false\. /s, '')
    .trim()
}
