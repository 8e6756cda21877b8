/** Errors of ONNX Runtime as a {@link TweedieError}: its messages are the same in every binding. */
import { isTweedieError, TweedieError } from '../../../errors.ts'
import { cudaHint } from './ort-cuda.ts'

const deviceTrouble =
  /adapter|no available backend|execution provider|provider type|provider name|shared library|load library|out of memory|cuda|cudnn|cublas/i
const shapeTrouble = /invalid.?argument|invalid dimensions|invalid rank|unexpected input data type/i

/** The error of a session that could not be created. */
export function sessionError(device: string, cause: unknown): TweedieError {
  if (isTweedieError(cause)) return cause
  const message = messageOf(cause)
  if (deviceTrouble.test(message)) {
    return new TweedieError('device', `device '${device}' is not available: ${message}`, {
      hint: hintFor(device),
      cause,
    })
  }
  return new TweedieError('model', `ONNX Runtime refuses the model: ${message}`, { cause })
}

function hintFor(device: string): string {
  if (device === 'cpu') return "run 'tweedie doctor'"
  const other = "use the device 'cpu', or run 'tweedie doctor' for what there is"
  return device === 'cuda' ? `${cudaHint()}; or ${other}` : other
}

/** The error of a run that failed. */
export function runError(cause: unknown): TweedieError {
  if (isTweedieError(cause)) return cause
  const message = messageOf(cause)
  return new TweedieError(shapeTrouble.test(textOf(cause)) ? 'shape' : 'device', `ONNX Runtime failed: ${message}`, {
    cause,
  })
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The message without the place in the runtime's sources. */
function messageOf(cause: unknown): string {
  return textOf(cause)
    .replace(/\/\S+\.(?:cc|cpp|h):\d+ .* was false\. /s, '')
    .replace(/\/\S+\.(?:cc|cpp|h):\d+ .*?\[ONNXRuntimeError\] : \d+ : \w+ : /s, '')
    .trim()
}
