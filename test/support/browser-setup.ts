/** Before all tests: the browser that some of them need. */
import { installChromium } from './chromium.ts'

export function setup(): void {
  installChromium()
}
