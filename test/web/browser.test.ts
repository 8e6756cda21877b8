/** The browser that tests of pages run in. */
import { describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { serve } from '../support/serve.ts'

describe.skipIf(findChromium() === undefined)('a page', () => {
  it.each([true, false])('has threads only where it is isolated: %s', async (isolated) => {
    await using server = await serve({ '/': { type: 'text/html', text: '<h1>hi</h1>' } }, { isolated })
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(server.origin)
      expect(await page.textContent('h1')).toBe('hi')
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated)
    } finally {
      await browser.close()
    }
  })
})
