/** One real document, and what its text must have. */
export interface Row {
  readonly file: string;
  readonly kind: string;
  /** What must stand in the text, word for word, line ends as spaces. */
  readonly says: readonly string[];
  /** The file with the expected words, and the least share of them that must be read. */
  readonly expected?: readonly [string, number];
  readonly ocr?: true;
  /** Calls at most: for scans, of which the first page of text is enough. */
  readonly most?: number;
}

const pdf = "a PDF";
const word = "a Word document";
/**
 * Every document of the test data. Where no expectation lies beside the file, the sentences were checked by looking at the
 * page.
 */
export const rows: readonly Row[] = [
  {
    file: "markitdown/RECEIPT-2024-TXN-98765_retail_purchase.pdf",
    kind: pdf,
    says: ["TOTAL $821.14", "[picture: MEMBER EXCLUSIVE Promo: TECHSAVE2024]"],
    expected: ["markitdown/expected_RECEIPT-2024-TXN-98765_retail_purchase.md", 0.99],
  },
  {
    file: "markitdown/REPAIR-2022-INV-001_multipage.pdf",
    kind: pdf,
    says: ["[page 2] ZAVA AUTO REPAIR", "Insured name | Bruce Wayne | Year | 2025", "GRAND TOTAL | | | 5,738"],
    expected: ["markitdown/expected_REPAIR-2022-INV-001_multipage.md", 0.99],
  },
  {
    file: "markitdown/SPARSE-2024-INV-1234_borderless_table.pdf",
    kind: pdf,
    says: ["SKU-9201 | | 780 | 778 | | OK | C-15 | | | +15", "Total Variance Cost: $4,287.50"],
    expected: ["markitdown/expected_SPARSE-2024-INV-1234_borderless_table.md", 0.99],
  },
  {
    file: "markitdown/movie-theater-booking-2024.pdf",
    kind: pdf,
    says: ["Order / Rev: | 2024-12-5678 | Cinema: | Downtown Multiplex", "Totals | 48 | $12,500.00 | $11,250.00 | 85%"],
    expected: ["markitdown/expected_movie-theater-booking-2024.md", 0.99],
  },
  {
    file: "markitdown/test.pdf",
    kind: pdf,
    says: ["While there is contemporaneous exploration of multi-agent approaches"],
    expected: ["markitdown/expected_test.md", 0.99],
  },
  {
    file: "markitdown/masterformat_partial_numbering.pdf",
    kind: pdf,
    says: [
      "RFP for Construction Management Services",
      "from qualified Construction Managers",
      "GRANDE PRAIRIE, ALBERTA",
    ],
  },
  {
    // Its expected_….md is empty; these sentences stand on its pages.
    file: "markitdown/MEDRPT-2024-PAT-3847_medical_report_scan.pdf",
    kind: pdf,
    says: [
      "SEATTLE GENERAL HOSPITAL",
      "Blood Pressure 142/88 mmHg 120/80 mmHg ELEVATED",
      "Patient presents with persistent headaches occurring 3-4 times per week for the past 6 weeks",
      "Lisinopril 10mg - once daily for hypertension",
      "[page 2]",
      "Alert and oriented, no acute distress",
      "LDL Cholesterol 142 mg/dL",
    ],
    ocr: true,
    most: 1,
  },
  {
    file: "markitdown-ocr/pdf_complex_layout.pdf",
    kind: pdf,
    says: ["Item | Quantity", "Widget A | 5", "[picture: WARNING: Handle with care]"],
  },
  {
    file: "markitdown-ocr/pdf_scanned_invoice.pdf",
    kind: pdf,
    says: [
      "# INVOICE",
      "Invoice Number: INV-2024-001",
      "BILL TO: Acme Corporation 123 Main Street",
      "TOTAL AMOUNT DUE: $5,000.00",
    ],
    ocr: true,
  },
  {
    file: "markitdown-ocr/pdf_scanned_meeting_minutes.pdf",
    kind: pdf,
    says: [
      "Attendees: John Smith, Jane Doe, Bob Johnson",
      "Current spend: 75% of allocated budget",
      "John: Finalize requirements document",
    ],
    ocr: true,
  },
  {
    file: "ocrmypdf/linn.pdf",
    kind: pdf,
    says: ["32 Track MIDI Sequence Recorder"],
    expected: ["ocrmypdf/linn.txt", 0.95],
    ocr: true,
  },
  {
    file: "ocrmypdf/linn.png",
    kind: "a picture",
    says: ["Each of the 100 sequences contains 32 simultaneous"],
    ocr: true,
    most: 1,
  },
  {
    file: "ocrmypdf/skew.pdf",
    kind: pdf,
    says: ["To erase a wrong note, simply hold ERASE and press"],
    ocr: true,
    most: 1,
  },
  {
    // French, read with weights for English: accents are lost, so only words without any are asked for.
    file: "ocrmypdf/francais.pdf",
    kind: pdf,
    says: [
      "Portez ce vieux whisky au juge blond qui fume sur son",
      "lui permet de penser",
      "est question dans la cause",
    ],
    ocr: true,
  },
  {
    file: "ocrmypdf/acroform.pdf",
    kind: pdf,
    says: ["is a perfectly cromulent word.", "[field Check Box4: not ticked]"],
    ocr: true,
  },
  {
    file: "ocrmypdf/README.rst",
    kind: "text",
    says: ["These test files are used in OCRmyPDF's test suite.", ".. list-table::"],
  },
  { file: "ocrmypdf/linn.txt", kind: "text", says: ["LinnSequencer"] },
  {
    file: "pdfplumber/WARN-Report-for-7-1-2015-to-03-25-2016.pdf",
    kind: pdf,
    says: [
      "07/01/2015 | | Maxim Integrated Product | San Jose | 150 | | Closure Permanent",
      "07/17/2015 07/13/2015 07/21/2015 | | | American Management Services LLC | Monterey | 56 | | Closure Permanent",
      "[page 2]",
    ],
    most: 2,
  },
  {
    file: "pdfplumber/scotus-transcript-p1.pdf",
    kind: pdf,
    says: [
      "IN THE SUPREME COURT OF THE UNITED STATES",
      "No. 07-1315",
      "argument before the Supreme Court of the United States",
    ],
  },
  {
    file: "pdfplumber/senate-expenditures.pdf",
    kind: pdf,
    says: [
      "BAIN, J MATTHEW DISTRICT DIRECTOR 37,499.96",
      "CITIBANK - TRAVEL CBA CARD 03/04/2019 03/06/2019 STAFF TRANSPORTATION 920.68",
    ],
  },
  {
    file: "py-pdf-samples/google-doc-document.pdf",
    kind: pdf,
    says: ["Beautiful is better than ugly.", "Capital | Jakarta | Berlin | Vienna | Paris | Vatican City"],
  },
  // The Arabic word stands in the file in letters that were shaped one by one.
  { file: "py-pdf-samples/habibi.pdf", kind: pdf, says: ["habibi", "\u064a\u0628\u064a\u0628\u064e\u062d"] },
  {
    file: "py-pdf-samples/libreoffice-form.pdf",
    kind: pdf,
    says: ["Example for a Form", "First Name | Last Name", "[field First Name: Alice]", "[field gdpr: not ticked]"],
  },
  {
    file: "py-pdf-samples/pdflatex-4-pages.pdf",
    kind: pdf,
    says: ["[page 4]", "Hello, here is some text without a meaning.", "“Huardest gefburn”? Kjift – not at all!"],
  },
  {
    file: "markitdown/test.docx",
    kind: word,
    says: [
      "# AutoGen: Enabling Next-Gen LLM Applications via Multi-Agent Conversation",
      "## d666f1f7-46cb-42bd-9a39-9a39cf2a509f",
      "314b0a30-5b04-470b-b9f7-eed2c2bec74a",
      "49e168b7-d2ae-407f-a055-2167576f39a1",
    ],
  },
  {
    file: "markitdown/test_with_comment.docx",
    kind: word,
    says: [
      "LLM applications [comment: Unknown Author: This is a test comment. 12df-321a] via",
      "Yet another comment in the doc. 55yiyi-asd09]",
    ],
  },
  { file: "markitdown/rlink.docx", kind: word, says: ["Testing Linked Images [image: A red and blue square"] },
  { file: "markitdown/equations.docx", kind: word, says: ["For m=1,", "From Eq. 36.1.3, a/λ=m/(sin"] },
  { file: "mammoth-docx/text-box.docx", kind: word, says: ["Datum plane"] },
  { file: "mammoth-docx/simple-list.docx", kind: word, says: ["- Apple - Banana"] },
  {
    file: "mammoth-docx/comments.docx",
    kind: word,
    says: ["Ouch [comment: Michael Williamson: A tachyon walks into a bar.]. [comment: Michael Williamson: Fin.]"],
  },
  {
    file: "mammoth-docx/tables.docx",
    kind: word,
    says: ["Above | Top left | Top right | | --- | --- | | Bottom left | Bottom right | Below"],
  },
  {
    file: "markitdown/test.xlsx",
    kind: "an Excel workbook",
    says: [
      "[sheet 1: Sheet1] | Alpha | Beta | Gamma | Delta |",
      "| 58 | 6ff4173b-42a5-4784-9b19-f49caff4d93d | 22 | 9 |",
      "[sheet 2: 09060124-b5e7-4717-9d07-3c046eb] | ColA |",
      "| 15 | affc7dad-52dc-4b98-9b5d-51e65d8a8ad0 |",
    ],
  },
  {
    file: "markitdown/test.pptx",
    kind: "a PowerPoint presentation",
    says: [
      "[slide 2] # 2cdda5c8-e50e-4db4-b5f0-9722a649f455",
      "[image: The first page of the AutoGen ArXiv paper. 44bf7d06-5e7a-4a40-a2e1-a2e42ef28c8a]",
      "| 9 | 1b92870d-e3b5-4e65-8153-919f4ff45592 | 11 |",
      "Chart: a3f6004b-6f4f-4ea8-bee3-3741f4dc385f | | Series 1 |",
      "This is a nested shape with content in 2 shapes",
    ],
  },
  {
    file: "markitdown/test.epub",
    kind: "an e-book",
    says: [
      "Author: Test Author",
      "[chapter 2]",
      "# Chapter 1: Test Content",
      "- A bullet point",
      "This is a blockquote for testing.",
    ],
  },
  {
    file: "markitdown/test_outlook_msg.msg",
    kind: "an Outlook message",
    says: [
      "Subject: Test Email Message",
      "From: M. C. Kurtuluş <test.sender@example.com>",
      "This is the body of the test email message",
    ],
  },
  {
    file: "markitdown/test_mskanji.csv",
    kind: "text",
    says: ["名前,年齢,住所 佐藤太郎,30,東京 三木英子,25,大阪 髙橋淳,35,名古屋"],
  },
  {
    file: "markitdown/test_blog.html",
    kind: "a web page",
    says: [
      "# Does Model and Inference Parameter Matter in LLM Applications? - A Case Study for MATH",
      "Large language models (LLMs) are powerful tools that can generate natural language texts",
    ],
  },
  {
    file: "markitdown/test_wikipedia.html",
    kind: "a web page",
    says: ["Title: Microsoft - Wikipedia", "is an American multinational"],
    most: 4,
  },
  {
    file: "markitdown/test.jpg",
    kind: "a picture",
    says: ["AutoGen: Enabling Next-Gen LLM", "AutoGen agents are customizable, conversable, and can operate in vari-"],
    ocr: true,
  },
  { file: "markitdown/test_llm.jpg", kind: "a picture", says: ['mention the string "5bda1dd6", and note'], ocr: true },
  {
    file: "tesseract/phototest.tif",
    kind: "a picture",
    says: ["The quick brown dog jumped over the"],
    expected: ["tesseract/phototest.gold.txt", 0.98],
    ocr: true,
  },
  {
    // Six languages, read with weights for English.
    file: "tesseract/eurotext.tif",
    kind: "a picture",
    says: [
      "The (quick) [brown] {fox} jumps! Over the $43,456.78 <lazy> #90 dog",
      "Le renard brun «rapide» saute par-dessus le chien",
    ],
    ocr: true,
  },
  {
    // Columns of a magazine on 8 megapixels of fax.
    file: "tesseract/8071_093.3B.tif",
    kind: "a picture",
    says: [
      "with the look of an injured puppy, sometimes bursting into tears.",
      "special assistant in the office of the U.S. Secretary of the Interior.",
      "most frequently expressed desires in his family counseling",
    ],
    ocr: true,
    most: 1,
  },
  { file: "bfcl/BFCL_v4_simple_java.json", kind: "text", says: ['"id": "simple_java_0"'], most: 1 },
];
