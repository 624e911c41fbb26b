import { rename, rm, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { BrowserWindow, session } from 'electron'
import { AppError, systemMessage } from '#shared/errors.ts'
import { lockSession } from './lock-down.ts'

/** Millimetres. */
const INCH = 25.4
/** A page that takes longer than this is none of ours. */
const TIMEOUT_MS = 60_000

/**
 * Prints a report (`report.html`) as PDF by the window's own engine: in a hidden window without
 * node, preload and scripts, which can load this one file and nothing else.
 * @throws AppError `io`
 */
export async function printReport(html: string, out: string): Promise<void> {
  const address = pathToFileURL(html).href
  // Not kept: gone with the window.
  const own = session.fromPartition(`report-${Date.now()}`, { cache: false })
  lockSession(own, (url) => url === address || url.startsWith('data:'), [])
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      session: own,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      javascript: false,
      spellcheck: false,
    },
  })
  const made = `${out}.new-${process.pid}-${Date.now()}`
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_done, fail) => {
      timer = setTimeout(() => fail(new Error('it took more than a minute')), TIMEOUT_MS)
    })
    const print = async (): Promise<Buffer> => {
      await window.loadURL(address)
      return window.webContents.printToPDF({
        pageSize: 'A4',
        preferCSSPageSize: true,
        printBackground: true,
        generateTaggedPDF: true,
        generateDocumentOutline: true,
        displayHeaderFooter: true,
        headerTemplate: '<span></span>',
        footerTemplate:
          '<div style="width:100%;font:8pt sans-serif;color:#525252;text-align:center"><span class="pageNumber"></span> / <span class="totalPages"></span></div>',
        margins: { top: 18 / INCH, bottom: 20 / INCH, left: 17 / INCH, right: 17 / INCH },
      })
    }
    const pdf = await Promise.race([print(), late])
    await writeFile(made, pdf, { flag: 'wx' })
    await rename(made, out)
  } catch (error) {
    await rm(made, { force: true })
    throw new AppError(
      'io',
      `The report was not printed as ${out}.`,
      'Choose another place, or print report.html with a browser.',
      { cause: error, details: systemMessage(error) },
    )
  } finally {
    clearTimeout(timer)
    window.destroy()
  }
}
