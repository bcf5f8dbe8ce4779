/** The messenger. */
import "../theme/base.css";
import { startPage } from "../ui/start-page.tsx";

startPage(
  "en",
  <main>
    <h1>Parlance</h1>
  </main>,
);
