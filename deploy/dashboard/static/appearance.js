// Before anything is drawn, so that a dark page never flashes white.
const wished = localStorage.getItem("appearance");
if (wished) document.documentElement.dataset.appearance = wished;
