import { z } from "zod";

// Imported before every schema: zod would ask whether it may make code of strings, and our pages may not.
z.config({ jitless: true });
