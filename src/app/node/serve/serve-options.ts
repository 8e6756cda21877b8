/** How models are served, and what that gives. */
import type { OwnParts } from '../../../families/family.ts'
import type { Limits } from './limits.ts'
import type { LogEntry } from './log-entry.ts'

/** How models are served. Limits have the defaults of `tweedie serve`. */
export interface ServeOptions extends Partial<Limits> {
  /** The folders of models; `name=folder` gives one another name. */
  readonly models: readonly string[]
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string | undefined
  /** Default 8033; 0 is any free one. */
  readonly port?: number | undefined
  /** Tokens of which a request needs one; none: everybody who reaches the port may ask. */
  readonly tokens?: readonly string[] | undefined
  /** Bytes of weights that are open at a time; the models that were not used for longest are closed. */
  readonly memory?: number | undefined
  /** Whether all models are opened at the start, and not when they are first asked for. */
  readonly eager?: boolean | undefined
  readonly device?: string | undefined
  readonly threads?: number | undefined
  readonly own?: OwnParts | undefined
  /** Called with each request when it is answered. */
  readonly onLog?: ((entry: LogEntry) => void) | undefined
  readonly onRemark?: ((text: string) => void) | undefined
}

/** Models while they are served. */
export interface Serving extends AsyncDisposable {
  /** `http://127.0.0.1:8033/` */
  readonly url: string
  readonly models: readonly string[]
  /** Takes nothing new, ends what was begun, at most for so long, and closes. */
  close(seconds?: number): Promise<void>
}
