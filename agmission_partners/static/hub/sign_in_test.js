"use strict";
// The account form's «Test sign-in»: sends the form as it is, and shows what the partner answered. The page stays as it is,
// so a password that was typed is still there to be saved.
document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("test-sign-in");
    const verdict = document.getElementById("sign-in-verdict");
    if (!button) return;
    const say = (words, tone) => {
        verdict.textContent = words;
        verdict.className = `hub-verdict hub-${tone}`;
    };
    button.addEventListener("click", async () => {
        button.disabled = true;
        say("Asking the partner …", "busy");
        try {
            const response = await fetch(button.dataset.address, { method: "POST", body: new FormData(button.form) });
            const answer = await response.json();
            say(answer.words, answer.ok ? "good" : "bad");
        } catch {
            say("The hub did not answer; try again, and look at its log if it stays so.", "bad");
        } finally {
            button.disabled = false;
        }
    });
});
