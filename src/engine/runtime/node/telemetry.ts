/**
 * ONNX Runtime's own telemetry, which on Linux too writes files into the home folder and the current one. It is off
 * unless `ORT_DISABLE_TELEMETRY` says otherwise.
 */
import { env } from 'node:process'

/**
 * Turns the telemetry off; call it before the library is loaded, which is when it reads the variable. A worker thread has
 * a copy of the environment that the library does not see, so set the variable outside for work in such threads.
 */
export function withoutTelemetry(): void {
  env['ORT_DISABLE_TELEMETRY'] ??= '1'
}
